using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Pipeline;

/// <summary>
/// The scripts of a pipeline run while images are copied: PowerShell changes variables, scopes and bound parameters all the time, and no
/// worker reads them.
/// </summary>
public sealed class ConcurrentScriptTests
{
    private const string Names =
        "1..2000 | ForEach-Object { $scope = $_; & { param($number) \"$from/team/app$($number % 7):$number\" } $scope }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Names + " | Copy-RegistryImage -Destination $to")]
    [InlineData(Names + " | Copy-RegistryImage -Destination $to -PlanOnly")]
    [InlineData(Names + " | ForEach-Object { [pscustomobject]@{ Reference = $_ } } | Copy-RegistryImage -Destination \"$to/a/\", "
        + "\"$to/b/\"")]
    [InlineData(Names + " | Get-RegistryManifest")]
    public async Task Every_image_is_pushed(string script)
    {
        var image = TestImage.Of([1]);
        await using var server = LoopbackServer.Start(exchange =>
        {
            exchange.Add("Docker-Content-Digest", image.Digest);
            return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}")
                : exchange.Path.Contains("/blobs/", StringComparison.Ordinal)
                    ? exchange.RespondAsync(200, image.Config, "application/octet-stream")
                : exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
        });
        using var engine = new Engine { ["from"] = server.Address,
            ["to"] = server.Address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal) };
        var outcome = (await engine.RunAsync($"{script} | ForEach-Object {{ $result = $_; & {{ $result }} }}", Token)).WithoutErrors();
        Assert.Equal(script.Contains("/b/", StringComparison.Ordinal) ? 4000 : 2000, outcome.Output.Count);
    }
}

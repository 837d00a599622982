using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Errors;

/// <summary>Every bad row of the -Destination table, at every cmdlet that has it: refused before anything is read or sent.</summary>
public sealed class BadDestinationTests
{
    private const string Digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private static readonly string[] Scripts =
    [
        "Push-ImageTar $tar -Destination $destination",
        "Push-CachedImage example.com/good:1 -Destination $destination",
        "Get-CachedImage | Push-CachedImage -Destination $destination",
        "Copy-RegistryImage localhost:1/good:1 -Destination $destination",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app:1.0", "REGISTRY/app:1.0")]
    [InlineData("team/app", "docker.io/team/app")]
    [InlineData("https://localhost:5000", "")]
    public async Task A_bad_destination_is_one_InvalidReference(string destination, string hint)
    {
        using var images = new SmallImages();
        using var engine = new Engine { ["tar"] = images.Write("good"), ["destination"] = destination };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        foreach (var script in Scripts)
        {
            var error = (await engine.FailsAsync(script, "InvalidReference", $"'{destination}'")).SingleError();
            Assert.Contains(hint, error.Exception.Message + error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(destination, error.TargetObject);
        }
    }

    [Fact]
    public async Task An_empty_destination_is_rejected_by_PowerShell()
    {
        using var engine = new Engine();
        foreach (var script in Scripts)
        {
            var error = (await engine.RunAsync(script.Replace("$destination", "''", StringComparison.Ordinal), Token)).SingleError();
            Assert.StartsWith("ParameterArgumentValidationError", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_second_different_image_for_one_name_is_a_DestinationConflict()
    {
        using var images = new SmallImages();
        using var engine = new Engine { ["tars"] = new[] { images.Write("first"), images.Write("second") } };
        await engine.OutputAsync("Import-ImageTar $tars", Token);
        var outcome = await engine.RunAsync("Get-CachedImage | Push-CachedImage -Destination localhost:1/app:1 -MaximumRetryCount 0",
            Token);
        Assert.Equal(2, outcome.Errors.Count);
        outcome.Errors[0].Is("RegistryUnreachable", "localhost:1");
        outcome.Errors[1].Is("DestinationConflict", "localhost:1/app:1", "example.com/second:1");
    }
}

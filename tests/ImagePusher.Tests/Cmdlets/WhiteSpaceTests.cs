using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>White space around names, as it comes from lists and variables, is not part of them.</summary>
public sealed class WhiteSpaceTests : IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("(Push-ImageTar $tar -Destination \" $registry`t\").Reference", "app:1")]
    [InlineData("(Push-ImageTar $tar -Destination \"`n$registry/team/ \").Reference", "team/app:1")]
    [InlineData("(Push-ImageTar $tar -Destination \" $registry/other:2`r`n\").Reference", "other:2")]
    [InlineData("(Copy-RegistryImage \" $registry/app:1 \" -Destination \" $registry/copied/ \").Reference", "copied/app:1")]
    [InlineData("(\"$registry/app:1`r\" | Save-ImageToCache).Reference", "app:1")]
    [InlineData("(Get-RegistryRepository \" $registry \" -Filter app).Repository", "app")]
    [InlineData("(Get-RegistryTag \" $registry/app`t\").Reference", "app:1")]
    [InlineData("(Connect-Registry \"`t$registry \").Registry + '/'", "")]
    [InlineData("(Set-RegistryOption \" $registry \" -ThrottleLimit 2 -PassThru).Registry + '/'", "")]
    public async Task White_space_around_a_name_is_ignored(string script, string expected)
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["folder"] = _images["store"] };
        try
        {
            await engine.OutputAsync(
                "$registry = (Start-LocalRegistry -Port 0 -Path $folder).Registry; $null = Push-ImageTar $tar -Destination $registry/app:1",
                Token);
            var found = Assert.Single(await engine.OutputAsync(script, Token));
            Assert.Equal($"{engine["registry"]}/{expected}", found.ToString());
        }
        finally
        {
            await engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry; Disconnect-Registry *", Token);
        }
    }
}

namespace ImagePusher.Tests.Support;

/// <summary>The hosted engine of these tests.</summary>
public sealed class EngineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_and_text_of_the_host_are_distinguished()
    {
        using var engine = new Engine();
        var outcome = await engine.RunAsync("'shown' | Out-Host; 'written'; Get-CachedImage missing:1; throw 'the end'", Token);
        Assert.Equal("shown\n", outcome.Text);
        Assert.Equal("written", Assert.Single(outcome.Output).ToString());
        Assert.Single(outcome.Errors);
        Assert.Equal("the end", outcome.Terminating?.Exception.Message);
    }
}

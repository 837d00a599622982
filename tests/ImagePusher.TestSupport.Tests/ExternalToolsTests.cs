namespace ImagePusher.TestSupport.Tests;

public sealed class ExternalToolsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_missing_tool_is_not_found() => Assert.Null(ExternalTools.Find("no-such-tool-anywhere"));

    [Fact]
    public void A_missing_tool_skips_the_test_or_fails_it_where_tools_are_required()
    {
        // Assert.Throws and Record pass a skip on, so that this test would be skipped itself.
        Exception? thrown = null;
        try
        {
            ExternalTools.Require("no-such-tool-anywhere");
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or Xunit.Sdk.SkipException)
        {
            thrown = e;
        }

        Assert.NotNull(thrown);
        Assert.Contains("no-such-tool-anywhere is not installed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(!ExternalTools.AreRequired, thrown is Xunit.Sdk.SkipException);
    }

    [Fact]
    public async Task A_tool_receives_unchanged_arguments_and_its_output_is_returned()
    {
        var result = await ExternalTools.RunAsync("sh", ["-c", "printf '%s|' \"$@\"; cat", "sh", "a b", "", "\"q'"],
            new ToolSettings { Input = "in" }, Token);
        Assert.Equal("a b||\"q'|in", result.Output);
    }

    [Fact]
    public async Task A_tool_that_fails_throws_with_its_standard_error()
    {
        var thrown = await Assert.ThrowsAsync<ToolFailedException>(
            () => ExternalTools.RunAsync("sh", ["-c", "echo broken >&2; exit 3"], Token));
        Assert.Equal("broken\n", thrown.Error);
        Assert.Contains("ended with 3: broken", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_hangs_is_ended()
    {
        var settings = new ToolSettings { TimeLimit = TimeSpan.FromMilliseconds(200) };
        var thrown = await Assert.ThrowsAsync<ToolFailedException>(() => ExternalTools.RunAsync("sh", ["-c", "sleep 60"], settings, Token));
        Assert.Contains("was not done within", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temporary_folder_is_deleted_with_its_content()
    {
        string path;
        using (var folder = new TemporaryFolder())
        {
            path = folder.Write("a/b.txt", "text");
            Assert.Equal("text", File.ReadAllText(path));
        }

        Assert.False(File.Exists(path));
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }
}

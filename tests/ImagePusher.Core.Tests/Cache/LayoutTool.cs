using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Runs an external tool on a layout and returns its standard output, followed by its standard error.</summary>
internal static class LayoutTool
{
    /// <summary>Runs a tool that may fail.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string tool, params string[] arguments)
    {
        var result = await ExternalTools.RunAsync(
            tool, arguments, new ToolSettings { AllowFailure = true, WorkingFolder = Environment.CurrentDirectory },
            TestContext.Current.CancellationToken);
        return (result.ExitCode, result.Output + result.Error);
    }

    /// <summary>Runs a tool that must succeed.</summary>
    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var (exitCode, output) = await TryAsync(tool, arguments);
        Assert.True(exitCode == 0, $"{tool} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }
}

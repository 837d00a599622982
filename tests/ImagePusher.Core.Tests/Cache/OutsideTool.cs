using System.Diagnostics;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Runs an external tool on a layout.</summary>
internal static class OutsideTool
{
    private static readonly bool Required = Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_REQUIRE_TOOLS") == "1";

    public static bool Has(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, tool)));

    /// <summary>Skips the test where a tool is missing, or fails it where tools are required.</summary>
    public static void Need(params string[] tools)
    {
        foreach (var tool in tools.Where(tool => !Has(tool)))
        {
            Assert.False(Required, $"{tool} is required and not installed");
            Assert.Skip($"{tool} is not installed");
        }
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }

    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var (exitCode, output) = await TryAsync(tool, arguments);
        Assert.True(exitCode == 0, $"{tool} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }
}

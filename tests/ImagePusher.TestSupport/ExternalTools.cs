using System.Diagnostics;
using Xunit;

namespace ImagePusher.TestSupport;

/// <summary>External tools that tests compare with or start as servers: skopeo, umoci, podman, docker-registry, nginx, htpasswd,
/// python3.</summary>
public static class ExternalTools
{
    private static readonly string[] SystemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>Whether a missing tool fails the test instead of skipping it: IMAGEPUSHER_TEST_REQUIRE_TOOLS is 1.</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_REQUIRE_TOOLS") == "1";

    /// <summary>Whether the long form of a test is wanted: IMAGEPUSHER_TEST_LONG is 1.</summary>
    public static bool LongForm => Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_LONG") == "1";

    /// <summary>The full path of a tool; null if this machine lacks it.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(SystemFolders)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>The full path of a tool; without it the test is skipped, or fails where tools are required.</summary>
    public static string Require(string name)
    {
        if (Find(name) is { } path)
        {
            return path;
        }

        var reason = $"{name} is not installed on this machine.";
        if (AreRequired)
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
        return name;
    }

    /// <summary>Skips the test, or fails it where tools are required, unless all of these tools are here.</summary>
    public static void RequireAll(params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Require(name);
        }
    }

    /// <summary>Runs a tool, waits for its end and returns its output.</summary>
    /// <exception cref="ToolFailedException">Its exit code is not 0.</exception>
    public static Task<ToolResult> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(tool, arguments, new ToolSettings(), cancellationToken);

    /// <summary>Runs a tool, waits for its end and returns its output.</summary>
    /// <exception cref="ToolFailedException">Its exit code is not 0, unless the settings allow that, or it ran out of time.</exception>
    public static async Task<ToolResult> RunAsync(
        string tool, IEnumerable<string> arguments, ToolSettings settings, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Require(tool), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = settings.WorkingFolder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in settings.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.TimeLimit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await WriteInputAsync(process, settings.Input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ToolFailedException(start, $"was not done within {settings.TimeLimit}", await error);
        }

        var result = new ToolResult(process.ExitCode, await output, await error);
        return result.ExitCode == 0 || settings.AllowFailure
            ? result
            : throw new ToolFailedException(start, $"ended with {result.ExitCode}", result.Error);
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A tool may end without reading its input; its exit code is checked.
        }
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>
/// Runs a real pwsh as a process with a home, a cache and configuration files of its own. It finds the built module by its name.
/// </summary>
internal sealed class PwshProcess : IDisposable
{
    private static readonly string[] Always = ["-NoProfile"];

    private readonly TemporaryFolder _home = new();

    /// <summary>The working directory of the processes.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>Additional environment variables; null removes one.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>
    /// The pwsh to start: IMAGEPUSHER_TEST_PWSH, the one on the PATH, or the one that build.ps1 installed into out/tools. Without
    /// any the test is skipped, or fails where tools are required.
    /// </summary>
    public static string Pwsh => System.Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_PWSH")
        ?? ExternalTools.Find("pwsh")
        ?? Installed
        ?? ExternalTools.Require("pwsh");

    private static string? Installed
    {
        get
        {
            var path = Path.Combine(Repository.Folder, "out", "tools", OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh");
            return File.Exists(path) ? path : null;
        }
    }

    /// <summary>Docker's configuration for the processes, outside of their home.</summary>
    public TemporaryFolder Docker { get; } = new();

    /// <summary>The default folders of the processes: the cache, the configuration, temporary files.</summary>
    public string Home => _home.FullName;

    /// <summary>The cache of the processes.</summary>
    public string Cache => _home["cache"];

    /// <summary>Runs pwsh to its end; any exit code is a result.</summary>
    public Task<ToolResult> RunAsync(IEnumerable<string> arguments, string input = "") => RunAsync(Pwsh, [.. Always, .. arguments], input);

    /// <summary>Runs a command line of sh, in which "$0" starts pwsh: for standard input that is not text.</summary>
    public Task<ToolResult> RunPipelineAsync(string command)
    {
        var line = command.Replace("\"$0\"", "\"$0\" -NoProfile", StringComparison.Ordinal);
        return RunAsync("sh", ["-c", line, Pwsh], input: "");
    }

    /// <summary>Runs pwsh with a limit on the file size, in blocks of 512 bytes.</summary>
    public Task<ToolResult> RunLimitedAsync(int blocks, IEnumerable<string> arguments) =>
        RunAsync("sh", ["-c", $"ulimit -f {blocks}; exec \"$0\" \"$@\"", Pwsh, .. Always, .. arguments], input: "");

    /// <summary>Runs pwsh in a terminal of 80 columns.</summary>
    public Task<ToolResult> RunInTerminalAsync(string arguments, bool colors = false)
    {
        var clear = colors ? "env -u NO_COLOR " : "";
        return RunAsync("script", ["-qefc", $"stty cols 80 rows 24; {clear}'{Pwsh}' -NoProfile {arguments}", "/dev/null"], input: "");
    }

    /// <summary>Writes docker's config.json for the processes, with one password.</summary>
    public void WriteDockerConfig(string registry, string user, string password)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        var auths = new Dictionary<string, object> { [registry] = new { auth } };
        Docker.Write("config.json", JsonSerializer.Serialize(new { auths }));
    }

    /// <summary>Starts pwsh; its output has to be read.</summary>
    public Process Launch(params IEnumerable<string> arguments) => Start(Pwsh, [.. Always, .. arguments]);

    /// <summary>Starts pwsh so that it receives SIGINT, also where this process ignores it.</summary>
    public Process Start(params string[] arguments) => Start("/usr/bin/env", ["--default-signal=INT", Pwsh, .. Always, .. arguments]);

    public void Dispose()
    {
        Folder.Dispose();
        Docker.Dispose();
        _home.Dispose();
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder.FullName,
        };
        foreach (var (name, value) in Variables())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string input)
    {
        var settings = new ToolSettings
        {
            AllowFailure = true,
            Input = input,
            WorkingFolder = Folder.FullName,
            Environment = Variables(),
        };
        return ExternalTools.RunAsync(program, arguments, settings, TestContext.Current.CancellationToken);
    }

    private Dictionary<string, string?> Variables() => new(Environment)
    {
        ["NO_COLOR"] = "1",
        ["HOME"] = _home.FullName,
        ["XDG_CACHE_HOME"] = null,
        ["XDG_CONFIG_HOME"] = null,
        ["XDG_DATA_HOME"] = null,
        ["DOCKER_CONFIG"] = Docker.FullName,
        ["IMAGEPUSHER_CACHE"] = Cache,
        ["PSModulePath"] = Path.GetDirectoryName(Repository.ModuleFolder.TrimEnd(Path.DirectorySeparatorChar)),
        ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        ["POWERSHELL_UPDATECHECK"] = "Off",
        ["IMAGEPUSHER_STATE"] = null,
        ["XDG_STATE_HOME"] = null,
        ["TMPDIR"] = _home.Folder("tmp"),
        ["COLUMNS"] = null,
    };
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>Runs the built shell, or a real pwsh, as a process with a cache and a configuration of its own.</summary>
internal sealed class ShellProcess : IDisposable
{
    private readonly TemporaryFolder _home = new();

    /// <summary>The folder in which the processes run.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>Variables of the processes beside their own; null takes one away.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>The real pwsh of this machine, which IMAGEPUSHER_TEST_PWSH may name; null if there is none.</summary>
    public static string? Pwsh => System.Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_PWSH") ?? ExternalTools.Find("pwsh");

    /// <summary>Runs the shell to its end; any exit code is a result.</summary>
    public Task<ToolResult> RunAsync(IEnumerable<string> arguments, string input = "") => RunAsync(Repository.Shell, arguments, input);

    /// <summary>Runs a command line of sh, in which "$0" is the shell: for input that is no text.</summary>
    public Task<ToolResult> RunPipelineAsync(string command) => RunAsync("sh", ["-c", command, Repository.Shell], input: "");

    /// <summary>Runs the shell where no file may become larger than so many blocks of 512 bytes.</summary>
    public Task<ToolResult> RunLimitedAsync(int blocks, IEnumerable<string> arguments) =>
        RunAsync("sh", ["-c", $"ulimit -f {blocks}; exec \"$0\" \"$@\"", Repository.Shell, .. arguments], input: "");

    /// <summary>Runs the real pwsh the same way.</summary>
    public Task<ToolResult> RunPwshAsync(string pwsh, IEnumerable<string> arguments, string input = "") =>
        RunAsync(pwsh, ["-NoProfile", .. arguments], input);

    /// <summary>Writes docker's config.json for the processes, with one password.</summary>
    public void WriteDockerConfig(string registry, string user, string password) => Docker.Write(
        "config.json",
        JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [registry] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")) } } }));

    /// <summary>Docker's configuration for the processes, outside of their home.</summary>
    public TemporaryFolder Docker { get; } = new();

    /// <summary>All that the processes write where no one told them to: the cache, the configuration, temporary files.</summary>
    public string Home => _home.FullName;

    /// <summary>The cache of the processes.</summary>
    public string Cache => _home["cache"];

    /// <summary>Starts the shell; its output has to be read.</summary>
    public Process Launch(params IEnumerable<string> arguments) => Start(Repository.Shell, arguments);

    /// <summary>Starts the shell so that it takes SIGINT, also where this process was started without it.</summary>
    public Process Start(params string[] arguments) => Start("/usr/bin/env", ["--default-signal=INT", Repository.Shell, .. arguments]);

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
        ["DOCKER_CONFIG"] = Docker.FullName,
        ["IMAGEPUSHER_CACHE"] = Cache,
        ["TMPDIR"] = _home.Folder("tmp"),
        ["COLUMNS"] = null,
    };
}

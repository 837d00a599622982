using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A child process that works in a cache, and the expected content according to its output.</summary>
internal sealed class Worker : IDisposable
{
    /// <summary>Stands for the digest that an import ends with, which is unknown before.</summary>
    public const string AnyDigest = "any digest";

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _errors = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Worker(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        _ = Task.Run(async () => _errors.SetResult(await process.StandardError.ReadToEndAsync()));
    }

    /// <summary>Ends when the worker begins with its work.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the worker has saved its first image, and is as quick as it gets.</summary>
    public Task Busy => _busy.Task;

    public IReadOnlyList<string> Lines => _lines;

    public int ExitCode => _process.ExitCode;

    /// <summary>The command that runs a worker: the program and its first arguments.</summary>
    public static IReadOnlyList<string> Command { get; } = FindCommand();

    public static Worker Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var info = new ProcessStartInfo(Command[0], [.. Command.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        return new Worker(Process.Start(info)!);
    }

    public static Worker Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Kills the process as the system does when memory is short: no handler runs.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Waits for the end, and returns the standard error of the worker.</summary>
    public async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _closed.Task;
        return await _errors.Task;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>Applies the worker's lines to what its names led to before; an interrupted step allows both.</summary>
    public void Replay(Dictionary<string, HashSet<string?>> names)
    {
        foreach (var parts in _lines.Select(line => line.Split(' ')))
        {
            switch (parts)
            {
                case ["saving", var name, var digest]:
                    Allowed(name).Add(digest);
                    break;
                case ["importing", var name]:
                    Allowed(name).Add(AnyDigest);
                    break;
                case ["saved", var name, var digest]:
                    names[name] = [digest];
                    break;
                case ["removing", var name]:
                    Allowed(name).Add(null);
                    break;
                case ["removed", var name]:
                    names[name] = [null];
                    break;
            }
        }

        HashSet<string?> Allowed(string name) => names.TryGetValue(name, out var allowed) ? allowed : names[name] = [null];
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _ready.TrySetResult();
            _busy.TrySetResult();
            _closed.TrySetResult();
            return;
        }

        _lines.Add(line);
        if (line == "ready")
        {
            _ready.TrySetResult();
        }
        else if (line.StartsWith("saved", StringComparison.Ordinal))
        {
            _busy.TrySetResult();
        }
    }

    /// <summary>Self-contained tests, which have no dotnet, contain the program of the worker.</summary>
    private static IReadOnlyList<string> FindCommand()
    {
        var worker = Path.Combine(AppContext.BaseDirectory, "ImagePusher.CrashWorker");
        var suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet" + suffix);
        return File.Exists(dotnet) ? [dotnet, "exec", worker + ".dll"] : [worker + suffix];
    }
}

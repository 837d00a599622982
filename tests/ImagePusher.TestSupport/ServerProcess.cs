using System.Diagnostics;

namespace ImagePusher.TestSupport;

/// <summary>An external server that runs until this object is disposed or the process ends.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    // The shell becomes the server; a second one waits for the end of its standard input, which occurs when this process ends for any
    // reason, and then kills the server. A line that is read before means that it is no longer needed.
    private const string Script = """
        exec 3<&0
        ( read -r _ <&3 || kill -9 $$ ) >/dev/null 2>&1 &
        exec 3<&-
        exec "$@" </dev/null
        """;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly Task _reading;

    private ServerProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>The text of both outputs so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public string Log => string.Join('\n', Lines);

    public bool HasExited => _process.HasExited;

    /// <summary>Waits for its end.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public static ServerProcess Start(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", tool, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };

        // docker-registry takes these as its configuration, and podman's REGISTRY_AUTH_FILE is one of them.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("REGISTRY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>The first line, written before or after now, that is wanted.</summary>
    /// <exception cref="InvalidOperationException">The server ended or the time limit was exceeded; the message contains its
    /// log.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            _waiting.Add((wanted, found));
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            var first = await Task.WhenAny(found.Task, _reading).WaitAsync(limit.Token);
            if (first == found.Task || found.Task.IsCompleted)
            {
                return await found.Task;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The server did not write what was waited for; its log:\n{Log}");
        }

        throw new InvalidOperationException($"The server ended; its log:\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync("over");
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The watching shell is gone already.
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _lines.Add(line);
                foreach (var (_, found) in _waiting.FindAll(waiting => waiting.Wanted(line)))
                {
                    found.TrySetResult(line);
                }
            }
        }
    }
}

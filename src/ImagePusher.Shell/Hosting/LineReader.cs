using System.Management.Automation;
using System.Security;

namespace ImagePusher.Shell.Hosting;

/// <summary>Reads lines from a terminal or from redirected input, so that Ctrl+C ends the wait for one.</summary>
internal sealed class LineReader : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TerminalLine _terminal = new();
    private Task<string?>? _redirected;
    private CancellationTokenSource _interrupted = new();

    /// <summary>Forgets an earlier Ctrl+C: something new runs, or a new line is asked for.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_interrupted.IsCancellationRequested)
            {
                _interrupted.Dispose();
                _interrupted = new CancellationTokenSource();
            }
        }
    }

    /// <summary>Ends the wait for a line, and every later one until the next start; what was typed until now is thrown away.</summary>
    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted.Cancel();
        }
    }

    public void Dispose() => _interrupted.Dispose();

    /// <returns>The line; null at the end of the input.</returns>
    /// <exception cref="PipelineStoppedException">Ctrl+C came first.</exception>
    public string? ReadLine() => Wait(cancel => Console.IsInputRedirected ? ReadRedirected(cancel) : _terminal.Read(cancel));

    /// <summary>Reads a line without showing it on the terminal.</summary>
    /// <exception cref="PipelineStoppedException">Ctrl+C came first.</exception>
    public SecureString ReadSecret()
    {
        var secret = new SecureString();
        if (!Console.IsInputRedirected)
        {
            return Wait(cancel => _terminal.ReadSecret(secret, cancel));
        }

        foreach (var character in ReadLine() ?? "")
        {
            secret.AppendChar(character);
        }

        return secret;
    }

    /// <summary>Keeps a line for the history of the terminal's arrow keys.</summary>
    public void Remember(string line) => _terminal.Remember(line);

    private T Wait<T>(Func<CancellationToken, T> read)
    {
        CancellationToken interrupted;
        lock (_gate)
        {
            interrupted = _interrupted.Token;
        }

        try
        {
            return read(interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>A read that was left behind cannot be taken back: the next one waits for the same line.</summary>
    private string? ReadRedirected(CancellationToken cancel)
    {
        _redirected ??= Task.Run(Console.In.ReadLine, CancellationToken.None);
        _redirected.Wait(cancel);
        var line = _redirected.GetAwaiter().GetResult();
        _redirected = null;
        return line;
    }
}

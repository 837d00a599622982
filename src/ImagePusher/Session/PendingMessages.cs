using System.Management.Automation;
using ImagePusher.Core.Messages;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>
/// Keeps log messages of shared objects until a cmdlet shows them on its own thread. Whoever sends requests to a local registry can cause
/// warnings, so their number is limited, and what waits already is not repeated.
/// </summary>
internal sealed class PendingMessages : ILogger
{
    private const int Maximum = 100;

    private readonly Queue<(LogLevel Level, string Text)> _messages = new();
    private readonly Lock _lock = new();
    private int _omitted;

    /// <summary>Writes warnings as such, and other messages as verbose ones.</summary>
    public void WriteTo(Cmdlet cmdlet)
    {
        while (Take() is var (level, text))
        {
            if (level >= LogLevel.Warning)
            {
                cmdlet.WriteWarning(text);
            }
            else
            {
                cmdlet.WriteVerbose(text);
            }
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = TerminalText.Escape(formatter(state, exception));
        lock (_lock)
        {
            if (_messages.Contains((logLevel, text)))
            {
                return;
            }

            if (_messages.Count < Maximum)
            {
                _messages.Enqueue((logLevel, text));
            }
            else
            {
                _omitted++;
            }
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private (LogLevel Level, string Text)? Take()
    {
        lock (_lock)
        {
            if (_messages.TryDequeue(out var message))
            {
                return message;
            }

            var omitted = _omitted;
            _omitted = 0;
            return omitted > 0 ? (LogLevel.Information, $"{omitted:N0} more messages were omitted.") : null;
        }
    }
}

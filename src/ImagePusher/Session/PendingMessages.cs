using System.Collections.Concurrent;
using System.Management.Automation;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>Keeps log messages of shared objects until a cmdlet shows them on its own thread.</summary>
internal sealed class PendingMessages : ILogger
{
    private readonly ConcurrentQueue<string> _messages = new();

    /// <summary>Writes the messages as verbose ones.</summary>
    public void WriteTo(Cmdlet cmdlet)
    {
        while (_messages.TryDequeue(out var message))
        {
            cmdlet.WriteVerbose(message);
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _messages.Enqueue(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}

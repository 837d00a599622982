using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ImagePusher.TestSupport;

/// <summary>Keeps every message that is logged.</summary>
/// <param name="output">Also receives each message, after its level: a test's output.</param>
public sealed class RecordingLogger(Action<string>? output = null) : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Message)> _entries = new();

    /// <summary>All messages, in the order in which they were logged.</summary>
    public IReadOnlyList<string> Messages => [.. _entries.Select(entry => entry.Message)];

    /// <summary>The messages of level Warning.</summary>
    public IReadOnlyList<string> Warnings => [.. _entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message)];

    /// <summary>All messages, each after its level.</summary>
    public IReadOnlyList<string> Lines => [.. _entries.Select(entry => $"{entry.Level} {entry.Message}")];

    /// <summary>All messages, a line for each that begins with its level.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>Clears the log.</summary>
    public void Clear() => _entries.Clear();

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        var message = formatter(state, exception);
        _entries.Enqueue((logLevel, message));
        output?.Invoke($"{logLevel} {message}");
    }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}

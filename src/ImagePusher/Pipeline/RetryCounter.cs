using Microsoft.Extensions.Logging;

namespace ImagePusher.Pipeline;

/// <summary>Counts the requests of one image that were sent again, and passes all messages on.</summary>
internal sealed class RetryCounter(ILogger log) : ILogger
{
    private int _retries;

    /// <summary>1 and the number of requests that were sent again.</summary>
    public int Attempts => 1 + Volatile.Read(ref _retries);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId == Core.LoggerExtensions.Retry)
        {
            Interlocked.Increment(ref _retries);
        }

        log.Log(logLevel, eventId, state, exception, formatter);
    }

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);
}

using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>The log of the local registries: their warnings, such as that a blob of the cache is damaged; no requests.</summary>
/// <param name="messages">Keeps the warnings until a cmdlet shows them.</param>
internal sealed class RegistryWarnings(PendingMessages messages) : ILogger
{
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            messages.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}

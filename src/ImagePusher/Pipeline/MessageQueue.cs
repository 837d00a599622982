using System.Management.Automation;
using ImagePusher.Core.Messages;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Pipeline;

/// <summary>Carries log messages from workers to the pipeline thread, where the user's preferences determine the displayed
/// messages.</summary>
internal sealed class MessageQueue(Action<Action<PSCmdlet>> post) : ILogger
{
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = TerminalText.Escape(formatter(state, exception));
        switch (logLevel)
        {
            case >= LogLevel.Warning:
                post(cmdlet => cmdlet.WriteWarning(message));
                break;
            case LogLevel.Information:
                post(cmdlet => cmdlet.WriteVerbose(message));
                break;
            default:
                post(cmdlet => cmdlet.WriteDebug(message));
                break;
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}

using ImagePusher.Core.Messages;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core;

/// <summary>
/// The three log levels of the library. Messages are complete sentences without templates, because they are shown to users; control
/// characters from servers and archives are escaped, and no message contains a secret or the password of an address.
/// </summary>
internal static class LoggerExtensions
{
    /// <summary>The event id of a message about a failed request that is sent again.</summary>
    public static EventId Retry { get; } = new(1, nameof(Retry));

    /// <summary>Logs that a failed request is sent again.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="isLong">True for a warning, because the wait is long.</param>
    /// <param name="message">The message.</param>
    public static void Retrying(this ILogger logger, bool isLong, string message) =>
        Write(logger, isLong ? LogLevel.Warning : LogLevel.Information, message, Retry);

    /// <summary>A warning: the operation continues.</summary>
    public static void Warning(this ILogger logger, string message) => Write(logger, LogLevel.Warning, message);

    /// <summary>Logs a decision: a blob exists, was mounted, or is retried in three seconds.</summary>
    public static void Information(this ILogger logger, string message) => Write(logger, LogLevel.Information, message);

    /// <summary>Logs a request and its response.</summary>
    public static void Debug(this ILogger logger, string message) => Write(logger, LogLevel.Debug, message);

    private static void Write(ILogger logger, LogLevel level, string message, EventId identity = default) =>
        logger.Log(level, identity, TerminalText.Escape(UserInfo.Hide(message)), null, static (text, _) => text);
}

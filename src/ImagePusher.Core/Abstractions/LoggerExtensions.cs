using ImagePusher.Core.Messages;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core;

/// <summary>
/// The three levels that the library logs at. Messages are complete sentences without templates, since they are shown to
/// people; control characters from servers and archives are escaped, and no message contains a secret or the password of an address.
/// </summary>
internal static class LoggerExtensions
{
    /// <summary>The event of a message about a failed request that is sent again.</summary>
    public static EventId Retry { get; } = new(1, nameof(Retry));

    /// <summary>A failed request is sent again.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="isLong">True if the user should know because the wait is long.</param>
    /// <param name="message">The message.</param>
    public static void Retrying(this ILogger logger, bool isLong, string message) =>
        Write(logger, isLong ? LogLevel.Warning : LogLevel.Information, message, Retry);

    /// <summary>Something that the user should know although the operation continues.</summary>
    public static void Warning(this ILogger logger, string message) => Write(logger, LogLevel.Warning, message);

    /// <summary>A decision: a blob exists, was mounted, is retried in three seconds.</summary>
    public static void Verbose(this ILogger logger, string message) => Write(logger, LogLevel.Information, message);

    /// <summary>A request and its response.</summary>
    public static void Debug(this ILogger logger, string message) => Write(logger, LogLevel.Debug, message);

    private static void Write(ILogger logger, LogLevel level, string message, EventId identity = default) =>
        logger.Log(level, identity, TerminalText.Escape(UserInfo.Hide(message)), null, static (text, _) => text);
}

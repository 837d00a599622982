using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core;

/// <summary>
/// The three levels that the library logs at. Messages are complete sentences without templates, since they are shown to
/// people; control characters from servers and archives are escaped, and no message contains a secret.
/// </summary>
internal static class LoggerExtensions
{
    /// <summary>Something that the user should know although the operation continues.</summary>
    public static void Warning(this ILogger logger, string message) => Write(logger, LogLevel.Warning, message);

    /// <summary>A decision: a blob exists, was mounted, is retried in three seconds.</summary>
    public static void Verbose(this ILogger logger, string message) => Write(logger, LogLevel.Information, message);

    /// <summary>A request and its response.</summary>
    public static void Debug(this ILogger logger, string message) => Write(logger, LogLevel.Debug, message);

    private static void Write(ILogger logger, LogLevel level, string message) =>
        logger.Log(level, default, TerminalText.Escape(message), null, static (text, _) => text);
}

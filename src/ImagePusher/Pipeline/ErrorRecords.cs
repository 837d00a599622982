using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Messages;

namespace ImagePusher.Pipeline;

/// <summary>The one table from exceptions to error records: a stable id, a category, and the recommended action.</summary>
internal static class ErrorRecords
{
    private static readonly Dictionary<Type, ErrorCategory> Categories = new()
    {
        [typeof(AccessDeniedException)] = ErrorCategory.PermissionDenied,
        [typeof(CacheCorruptException)] = ErrorCategory.InvalidData,
        [typeof(CacheLockedException)] = ErrorCategory.ResourceBusy,
        [typeof(DestinationConflictException)] = ErrorCategory.ResourceExists,
        [typeof(DigestMismatchException)] = ErrorCategory.InvalidData,
        [typeof(EngineFailedException)] = ErrorCategory.ResourceUnavailable,
        [typeof(ImageNotCachedException)] = ErrorCategory.ObjectNotFound,
        [typeof(IncompleteImageException)] = ErrorCategory.InvalidData,
        [typeof(InsufficientSpaceException)] = ErrorCategory.ResourceUnavailable,
        [typeof(InvalidFileException)] = ErrorCategory.InvalidData,
        [typeof(InvalidImageArchiveException)] = ErrorCategory.InvalidData,
        [typeof(InvalidOptionException)] = ErrorCategory.InvalidArgument,
        [typeof(InvalidReferenceException)] = ErrorCategory.InvalidArgument,
        [typeof(LimitExceededException)] = ErrorCategory.LimitsExceeded,
        [typeof(ManifestNotFoundException)] = ErrorCategory.ObjectNotFound,
        [typeof(NotConnectedException)] = ErrorCategory.ObjectNotFound,
        [typeof(PathNotFoundException)] = ErrorCategory.ObjectNotFound,
        [typeof(PlatformNotFoundException)] = ErrorCategory.ObjectNotFound,
        [typeof(PolicyViolationException)] = ErrorCategory.SecurityError,
        [typeof(RegistryDeniedException)] = ErrorCategory.PermissionDenied,
        [typeof(RegistryProtocolException)] = ErrorCategory.ProtocolError,
        [typeof(RegistryRateLimitedException)] = ErrorCategory.QuotaExceeded,
        [typeof(RegistryUnauthorizedException)] = ErrorCategory.AuthenticationError,
        [typeof(RegistryUnavailableException)] = ErrorCategory.ResourceUnavailable,
        [typeof(RegistryUnreachableException)] = ErrorCategory.ConnectionError,
        [typeof(SignatureRejectedException)] = ErrorCategory.SecurityError,
        [typeof(UnsupportedContentException)] = ErrorCategory.NotImplemented,
    };

    /// <summary>The error record of an exception, with the recommended action for the cmdlet that failed.</summary>
    public static ErrorRecord Of(Exception error, object? target, PSCmdlet cmdlet) => Of(error, target, CmdletCall.Of(cmdlet));

    /// <summary>The stable id of an error, such as RegistryUnavailable.</summary>
    public static string IdOf(ImagePusherException error) => error.GetType().Name[..^nameof(Exception).Length];

    /// <inheritdoc cref="Of(Exception, object?, PSCmdlet)"/>
    public static ErrorRecord Of(Exception error, object? target, CmdletCall call)
    {
        target = target is string text ? UserInfo.Hide(text) : target;
        if (error is not ImagePusherException expected)
        {
            return new ErrorRecord(error, "Unexpected", ErrorCategory.NotSpecified, target)
            {
                ErrorDetails = new ErrorDetails(TerminalText.Sentence($"Unexpected error: {error.Message}"))
                {
                    RecommendedAction = "This is a bug in ImagePusher. Please report it with the output of Get-Error.",
                },
            };
        }

        return new ErrorRecord(error, IdOf(expected), Categories[error.GetType()], target)
        {
            ErrorDetails = new ErrorDetails(error.Message)
            {
                RecommendedAction = $"{expected.RecommendedAction} {ErrorHints.For(expected, call, target as string)}".Trim(),
            },
        };
    }
}

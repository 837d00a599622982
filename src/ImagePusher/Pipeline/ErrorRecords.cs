using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Messages;

namespace ImagePusher.Pipeline;

/// <summary>The one table from exceptions to error records: a stable id, a category, and the recommended action.</summary>
internal static class ErrorRecords
{
    /// <summary>The id and the category of every exception of the library. Scripts rely on an id: it stays if a type is renamed.</summary>
    internal static readonly IReadOnlyDictionary<Type, (string Id, ErrorCategory Category)> Table =
        new Dictionary<Type, (string, ErrorCategory)>
        {
            [typeof(AccessDeniedException)] = ("AccessDenied", ErrorCategory.PermissionDenied),
            [typeof(CacheCorruptException)] = ("CacheCorrupt", ErrorCategory.InvalidData),
            [typeof(CacheLockedException)] = ("CacheLocked", ErrorCategory.ResourceBusy),
            [typeof(CopyFailedException)] = ("CopyFailed", ErrorCategory.NotSpecified),
            [typeof(DestinationConflictException)] = ("DestinationConflict", ErrorCategory.ResourceExists),
            [typeof(DigestMismatchException)] = ("DigestMismatch", ErrorCategory.InvalidData),
            [typeof(EngineFailedException)] = ("EngineFailed", ErrorCategory.ResourceUnavailable),
            [typeof(ImageNotCachedException)] = ("ImageNotCached", ErrorCategory.ObjectNotFound),
            [typeof(IncompleteImageException)] = ("IncompleteImage", ErrorCategory.InvalidData),
            [typeof(InsufficientSpaceException)] = ("InsufficientSpace", ErrorCategory.ResourceUnavailable),
            [typeof(InvalidFileException)] = ("InvalidFile", ErrorCategory.InvalidData),
            [typeof(InvalidImageArchiveException)] = ("InvalidImageArchive", ErrorCategory.InvalidData),
            [typeof(InvalidOptionException)] = ("InvalidOption", ErrorCategory.InvalidArgument),
            [typeof(InvalidReferenceException)] = ("InvalidReference", ErrorCategory.InvalidArgument),
            [typeof(LimitExceededException)] = ("LimitExceeded", ErrorCategory.LimitsExceeded),
            [typeof(ManifestNotFoundException)] = ("ManifestNotFound", ErrorCategory.ObjectNotFound),
            [typeof(NotConnectedException)] = ("NotConnected", ErrorCategory.ObjectNotFound),
            [typeof(PathNotFoundException)] = ("PathNotFound", ErrorCategory.ObjectNotFound),
            [typeof(PlatformNotFoundException)] = ("PlatformNotFound", ErrorCategory.ObjectNotFound),
            [typeof(PolicyViolationException)] = ("PolicyViolation", ErrorCategory.SecurityError),
            [typeof(RegistryDeniedException)] = ("RegistryDenied", ErrorCategory.PermissionDenied),
            [typeof(RegistryProtocolException)] = ("RegistryProtocol", ErrorCategory.ProtocolError),
            [typeof(RegistryRateLimitedException)] = ("RegistryRateLimited", ErrorCategory.QuotaExceeded),
            [typeof(RegistryUnauthorizedException)] = ("RegistryUnauthorized", ErrorCategory.AuthenticationError),
            [typeof(RegistryUnavailableException)] = ("RegistryUnavailable", ErrorCategory.ResourceUnavailable),
            [typeof(RegistryUnreachableException)] = ("RegistryUnreachable", ErrorCategory.ConnectionError),
            [typeof(SignatureRejectedException)] = ("SignatureRejected", ErrorCategory.SecurityError),
            [typeof(UnsupportedContentException)] = ("UnsupportedContent", ErrorCategory.NotImplemented),
        };

    // A type without a row is a bug that a test finds; its error must still reach the user.
    private static readonly (string Id, ErrorCategory Category) Other = ("ImagePusherError", ErrorCategory.NotSpecified);

    /// <summary>The error record of an exception, with the recommended action for the cmdlet that failed.</summary>
    public static ErrorRecord Of(Exception error, object? target, PSCmdlet cmdlet) => Of(error, target, CmdletCall.Of(cmdlet));

    /// <summary>The stable id of an error, such as RegistryUnavailable.</summary>
    public static string IdOf(ImagePusherException error) => RowOf(error).Id;

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

        var (id, category) = RowOf(expected);
        return new ErrorRecord(error, id, category, target)
        {
            ErrorDetails = new ErrorDetails(error.Message)
            {
                RecommendedAction = $"{expected.RecommendedAction} {ErrorHints.For(expected, call, target as string)}".Trim(),
            },
        };
    }

    private static (string Id, ErrorCategory Category) RowOf(ImagePusherException error) => Table.GetValueOrDefault(error.GetType(), Other);
}

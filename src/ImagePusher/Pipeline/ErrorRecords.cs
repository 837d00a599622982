using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>The one table from failures to error records: a stable id, a category, what to do next.</summary>
internal static class ErrorRecords
{
    private static readonly Dictionary<Type, (string Id, ErrorCategory Category)> Table = new()
    {
        [typeof(AccessDeniedException)] = ("AccessDenied", ErrorCategory.PermissionDenied),
        [typeof(IncompleteImageException)] = ("IncompleteImage", ErrorCategory.InvalidData),
        [typeof(InvalidOptionException)] = ("InvalidOption", ErrorCategory.InvalidArgument),
        [typeof(LimitExceededException)] = ("LimitExceeded", ErrorCategory.LimitsExceeded),
        [typeof(NotConnectedException)] = ("NotConnected", ErrorCategory.ObjectNotFound),
        [typeof(PathNotFoundException)] = ("PathNotFound", ErrorCategory.ObjectNotFound),
        [typeof(PolicyViolationException)] = ("PolicyViolation", ErrorCategory.SecurityError),
        [typeof(SignatureRejectedException)] = ("SignatureRejected", ErrorCategory.SecurityError),
        [typeof(UnsupportedContentException)] = ("UnsupportedContent", ErrorCategory.NotImplemented),
        [typeof(InvalidReferenceException)] = ("InvalidReference", ErrorCategory.InvalidArgument),
        [typeof(InvalidImageArchiveException)] = ("InvalidImageArchive", ErrorCategory.InvalidData),
        [typeof(DigestMismatchException)] = ("DigestMismatch", ErrorCategory.InvalidData),
        [typeof(ManifestNotFoundException)] = ("ManifestNotFound", ErrorCategory.ObjectNotFound),
        [typeof(ImageNotCachedException)] = ("ImageNotCached", ErrorCategory.ObjectNotFound),
        [typeof(PlatformNotFoundException)] = ("PlatformNotFound", ErrorCategory.ObjectNotFound),
        [typeof(DestinationConflictException)] = ("DestinationConflict", ErrorCategory.ResourceExists),
        [typeof(RegistryUnauthorizedException)] = ("RegistryUnauthorized", ErrorCategory.AuthenticationError),
        [typeof(RegistryDeniedException)] = ("RegistryDenied", ErrorCategory.PermissionDenied),
        [typeof(RegistryRateLimitedException)] = ("RegistryRateLimited", ErrorCategory.QuotaExceeded),
        [typeof(RegistryUnavailableException)] = ("RegistryUnavailable", ErrorCategory.ResourceUnavailable),
        [typeof(RegistryUnreachableException)] = ("RegistryUnreachable", ErrorCategory.ConnectionError),
        [typeof(RegistryProtocolException)] = ("RegistryProtocol", ErrorCategory.ProtocolError),
        [typeof(CacheLockedException)] = ("CacheLocked", ErrorCategory.ResourceBusy),
        [typeof(CacheCorruptException)] = ("CacheCorrupt", ErrorCategory.InvalidData),
        [typeof(InsufficientSpaceException)] = ("InsufficientSpace", ErrorCategory.ResourceUnavailable),
    };

    public static ErrorRecord Of(Exception error, object? target)
    {
        var (id, category) = Table.TryGetValue(error.GetType(), out var known) ? known : ("Unexpected", ErrorCategory.NotSpecified);
        var record = new ErrorRecord(error, id, category, target);
        if (error is ImagePusherException { RecommendedAction: { Length: > 0 } recommendedAction })
        {
            record.ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = recommendedAction };
        }
        else if (error is not ImagePusherException)
        {
            record.ErrorDetails = new ErrorDetails($"Unexpected error: {error.Message}")
            {
                RecommendedAction = "This is a bug in ImagePusher. Please report it with the output of Get-Error.",
            };
        }

        return record;
    }
}

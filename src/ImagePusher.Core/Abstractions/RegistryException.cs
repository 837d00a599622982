using System.Net;

namespace ImagePusher.Core;

/// <summary>A failure of a registry, or on the way to it.</summary>
public abstract class RegistryException : ImagePusherException
{
    private protected RegistryException(string message, string recommendedAction, HttpStatusCode? status, string? code, Exception? inner)
        : base(message, recommendedAction, inner)
    {
        StatusCode = status;
        ErrorCode = code;
    }

    /// <summary>The HTTP status of the answer; null if there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>The registry's own error code, such as MANIFEST_UNKNOWN (distribution-spec, Error Codes); null if it gave none.</summary>
    public string? ErrorCode { get; }
}

using System.Net;

namespace ImagePusher.Core;

/// <summary>The registry knows who asks and does not allow it (403).</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no answer.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class RegistryDeniedException(string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

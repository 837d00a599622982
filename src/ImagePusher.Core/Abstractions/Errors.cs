using ImagePusher.Core.Messages;

namespace ImagePusher.Core;

// The exceptions are in the root namespace so that `catch [ImagePusher.Core.DigestMismatchException]` stays short.

/// <summary>
/// An expected failure. <see cref="Exception.Message"/> says what failed, on what and why;
/// <see cref="RecommendedAction"/> what to do next.
/// </summary>
public abstract class ImagePusherException : Exception
{
    private protected ImagePusherException(string message, string recommendedAction, Exception? inner = null)
        : base(TerminalText.Sentence(message), inner) => RecommendedAction = TerminalText.Sentence(recommendedAction);

    /// <summary>What the caller can do about it, in one or two sentences.</summary>
    public string RecommendedAction { get; }

    internal ErrorTopic Topic { get; init; }

    /// <summary>What failed, on what and why; it begins with the image where one input has several and the rest does not name it.</summary>
    public override string Message => Image is { Length: > 0 } image && !base.Message.Contains(image, StringComparison.Ordinal)
        ? TerminalText.Sentence($"{image}: {base.Message}") : base.Message;

    internal string? Image { get; set; }
}

/// <summary>A file, folder or program that the operating system does not let this process use.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class AccessDeniedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A cache or OCI layout whose content is damaged or was changed by someone else.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class CacheCorruptException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A cache that another process holds locked for longer than the time limit.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class CacheLockedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Two different images for one destination name, or a name that must not be replaced.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class DestinationConflictException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A container engine, docker or podman, that can't be reached or did not do what it was asked to do.</summary>
/// <param name="message">What failed, on what and why, in the engine's own words.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class EngineFailedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A name or digest that the cache does not contain.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class ImageNotCachedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An image of which manifests or blobs are missing, whatever its source.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class IncompleteImageException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner)
{
    // An archive stays incomplete, whatever is done to the cache.
    internal bool IsArchive { get; init; }
}

/// <summary>A disk that has no space left for what was to be written.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class InsufficientSpaceException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A text file whose content is not valid, such as YAML with a syntax error.</summary>
/// <param name="message">What failed, on what and why, with the line and column.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class InvalidFileException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner)
{
    /// <summary>The line, starting at 1; 0 if the whole file is meant.</summary>
    public int Line { get; init; }

    /// <summary>The column, starting at 1; 0 if the whole file is meant.</summary>
    public int Column { get; init; }
}

/// <summary>A file or folder that is not an image archive, or is damaged.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class InvalidImageArchiveException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An option or setting with a value that is not valid.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class InvalidOptionException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A name, tag, digest, destination, platform or range that does not match its grammar.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class InvalidReferenceException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Input from a server, archive, layout or file that exceeds a documented limit.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class LimitExceededException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A tag or digest that the registry does not contain.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class ManifestNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A registry connection or local registry that does not exist in this session.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class NotConnectedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A file or folder that does not exist.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class PathNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An index without an image for the requested platform.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class PlatformNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An image that a condition set by the caller does not allow.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class PolicyViolationException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An image that the signature policy does not accept.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class SignatureRejectedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Content that is valid but cannot be processed: an unknown layer type, an algorithm, an artifact as a docker archive.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class UnsupportedContentException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Content whose digest or size is not the expected one.</summary>
/// <param name="subject">Where the content came from.</param>
/// <param name="expected">The expected digest or size.</param>
/// <param name="actual">The digest or size that was found.</param>
/// <param name="recommendedAction">What to do next.</param>
public sealed class DigestMismatchException(string subject, string expected, string actual, string? recommendedAction = null)
    : ImagePusherException(
        $"The content of {subject} does not match its digest: expected {expected}, found {actual}.",
        recommendedAction ?? "The content was damaged or changed in transit; fetch or save the image again.")
{
    /// <summary>The expected digest or size.</summary>
    public string Expected { get; } = expected;

    /// <summary>The digest or size that was found.</summary>
    public string Actual { get; } = actual;
}

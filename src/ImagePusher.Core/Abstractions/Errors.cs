using ImagePusher.Core.Messages;

namespace ImagePusher.Core;

// The exceptions are in the root namespace so that `catch [ImagePusher.Core.DigestMismatchException]` stays short.

/// <summary>
/// An expected failure. <see cref="Exception.Message"/> describes the failure, its object and its cause;
/// <see cref="RecommendedAction"/> what to do next.
/// </summary>
public abstract class ImagePusherException : Exception
{
    private protected ImagePusherException(string message, string recommendedAction, Exception? inner = null)
        : base(TerminalText.Sentence(message), inner) => RecommendedAction = TerminalText.Sentence(recommendedAction);

    /// <summary>The recommended action, in one or two sentences.</summary>
    public string RecommendedAction { get; }

    internal ErrorTopic Topic { get; init; }

    /// <summary>The message: the failure, its object and its cause. It begins with the image if an input has several images and the message
    /// does not contain its name otherwise.</summary>
    public override string Message => Image is { Length: > 0 } image && !base.Message.Contains(image, StringComparison.Ordinal)
        ? TerminalText.Sentence($"{image}: {base.Message}") : base.Message;

    /// <summary>
    /// The image that the error is about. The code that knows it is not the code that throws: it names the image once, while the error
    /// passes, so that the message no longer changes when a caller has it.
    /// </summary>
    internal string? Image { get; private set; }

    /// <summary>Names the image that the error is about, unless code that is nearer to the failure did.</summary>
    internal void NameImage(string? image) => Image ??= image;
}

/// <summary>The operating system denies this process access to a file, folder or program.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class AccessDeniedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The content of a cache or OCI layout is damaged or was changed by another program.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class CacheCorruptException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Another process holds the lock of a cache for longer than the time limit.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class CacheLockedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Two different images have the same destination name, or an existing name must not be replaced.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class DestinationConflictException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A container engine, docker or podman, cannot be reached or reported an error.</summary>
/// <param name="message">The message: the failure, its object and its cause, as the engine reports it.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class EngineFailedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The cache does not contain a name or digest.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class ImageNotCachedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Manifests or blobs of an image are missing in its source.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class IncompleteImageException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner)
{
    // Changes of the cache do not complete an archive.
    internal bool IsArchive { get; init; }
}

/// <summary>The disk is full.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class InsufficientSpaceException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The content of a text file is not valid, such as YAML with a syntax error.</summary>
/// <param name="message">The message: the failure, its object and its cause, with the line and column.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class InvalidFileException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner)
{
    /// <summary>The line, starting at 1; 0 if the whole file is meant.</summary>
    public int Line { get; init; }

    /// <summary>The column, starting at 1; 0 if the whole file is meant.</summary>
    public int Column { get; init; }
}

/// <summary>A file or folder is not an image archive, or is damaged.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class InvalidImageArchiveException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The value of an option or setting is not valid.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class InvalidOptionException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A name, tag, digest, destination, platform or range does not match its grammar.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class InvalidReferenceException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Input from a server, archive, layout or file exceeds a documented limit.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class LimitExceededException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The registry does not contain a tag or digest.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class ManifestNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A registry connection or local registry does not exist in this session.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class NotConnectedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A file or folder does not exist.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class PathNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>An index has no image for the requested platform.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class PlatformNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>A condition of the caller does not allow an image.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class PolicyViolationException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>The signature policy does not accept an image.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class SignatureRejectedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Content is valid but cannot be processed, such as an unknown layer type or algorithm, or an artifact in a docker
/// archive.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class UnsupportedContentException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);

/// <summary>Content does not have the expected digest or size.</summary>
/// <param name="subject">The origin of the content.</param>
/// <param name="expected">The expected digest or size.</param>
/// <param name="actual">The digest or size that was found.</param>
/// <param name="recommendedAction">The recommended action.</param>
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

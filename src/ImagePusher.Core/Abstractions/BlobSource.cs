using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>
/// The bytes of one blob, which can be written as often as needed: a retried request reopens them, never rewinds by luck.
/// </summary>
public abstract class BlobSource
{
    /// <summary>The blob's digest; null if it is known only once the bytes were written (a layer that is compressed on its way).</summary>
    public abstract Digest? Digest { get; }

    /// <summary>The blob's length in bytes; null if it is known only once the bytes were written.</summary>
    public abstract long? Length { get; }

    /// <summary>What the blob is, for messages: <c>layer sha256:… of nginx.tar</c>.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Two blobs with the same key have the same bytes, also in a later process: what an interrupted upload is found by.
    /// </summary>
    public abstract string ResumeKey { get; }

    /// <summary>Writes the blob's bytes from an offset to its end, and says what the whole blob is.</summary>
    /// <param name="destination">Where the bytes go; it is neither flushed nor closed.</param>
    /// <param name="offset">How many bytes to leave out at the start.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="DigestMismatchException">From offset 0: the bytes are not those of <see cref="Digest"/> and <see cref="Length"/>.
    /// From a later offset only the length can be checked; the receiver checks the digest of the whole.</exception>
    public abstract Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken);
}

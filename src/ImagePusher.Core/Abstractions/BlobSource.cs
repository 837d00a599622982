using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>
/// The content of one blob, which can be written repeatedly: each attempt of a request opens it again.
/// </summary>
internal abstract class BlobSource
{
    /// <summary>The digest; null if it is known only after writing, such as for a layer that is compressed while it is written.</summary>
    public abstract Digest? Digest { get; }

    /// <summary>The length in bytes; null if it is known only after writing.</summary>
    public abstract long? Length { get; }

    /// <summary>The name of the blob in messages: <c>sha256:… of nginx.tar</c>.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Identifies the content across processes: an interrupted upload is resumed by it. Blobs with the same key have the same bytes.
    /// </summary>
    public abstract string ResumeKey { get; }

    /// <summary>Writes the content from an offset to its end.</summary>
    /// <param name="destination">The stream to write to; it is neither flushed nor closed.</param>
    /// <param name="offset">The number of bytes to omit at the start; as many as there are, or more, leave nothing to write.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Digest and size of the whole blob.</returns>
    /// <exception cref="DigestMismatchException">
    /// The content does not match <see cref="Digest"/> or <see cref="Length"/>. From an offset other than 0 only the length is
    /// verified; the receiver verifies the digest.
    /// </exception>
    public abstract Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Starts to open the content, while the receiver prepares for it. The opened content is released at the end of
    /// <see cref="WriteToAsync"/> from the start, or by disposing of the result.
    /// </summary>
    /// <param name="cancellationToken">Cancels the opening.</param>
    internal virtual IAsyncDisposable? Open(CancellationToken cancellationToken) => null;
}

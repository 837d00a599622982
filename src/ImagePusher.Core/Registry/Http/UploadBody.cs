using System.Diagnostics.CodeAnalysis;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The body of an upload request. A request may be sent several times, each time with a new content; the body keeps what the last
/// one achieved.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A request disposes of its content.")]
internal abstract class UploadBody
{
    private BlobContent? _last;

    /// <summary>The bytes of the body; null if unknown.</summary>
    public abstract long? Length { get; }

    /// <summary>The body's place in the blob as Content-Range has it, without a unit; null for none.</summary>
    public abstract string? Range { get; }

    /// <summary>The bytes of the last attempt that the connection took.</summary>
    public long Sent => _last?.Sent ?? 0;

    /// <summary>Creates the content of one HTTP request.</summary>
    public HttpContent CreateContent(IdleTimer timer) => _last = new BlobContent(this, timer);

    /// <summary>Writes the bytes.</summary>
    public abstract Task WriteToAsync(Stream connection, CancellationToken cancellationToken);
}

/// <summary>A blob from an offset to its end.</summary>
internal sealed class BlobBody(BlobSource blob, long offset) : UploadBody
{
    public override long? Length => blob.Length - offset;

    public override string? Range => offset > 0 && blob.Length is { } length ? FormattableString.Invariant($"{offset}-{length - 1}") : null;

    /// <summary>The digest and size of the written content, after the request succeeded.</summary>
    public BlobIdentity Identity { get; private set; }

    public override async Task WriteToAsync(Stream connection, CancellationToken cancellationToken) =>
        Identity = await blob.WriteToAsync(connection, offset, cancellationToken).ConfigureAwait(false);
}

/// <summary>A chunk of a blob, in memory.</summary>
internal sealed class ChunkBody(ReadOnlyMemory<byte> bytes, long offset) : UploadBody
{
    public override long? Length => bytes.Length;

    public override string? Range => FormattableString.Invariant($"{offset}-{offset + bytes.Length - 1}");

    public override Task WriteToAsync(Stream connection, CancellationToken cancellationToken) =>
        connection.WriteAsync(bytes, cancellationToken).AsTask();
}

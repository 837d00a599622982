using System.Buffers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob that is copied unchanged: verified and counted while it is written.</summary>
/// <param name="source">Where it is read from.</param>
/// <param name="blob">The blob.</param>
/// <param name="progress">Counts the bytes.</param>
internal sealed class CopiedBlob(IImageSource source, Descriptor blob, BlobProgress progress) : BlobSource
{
    private const int BufferSize = 256 * 1024;

    public override Digest Digest => blob.Digest;

    public override long? Length => blob.Size;

    public override string Description => $"{blob.Digest} of {source.Description}";

    public override string ResumeKey => blob.Digest.ToString();

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        progress.Begin(offset);
        var opened = await source.OpenBlobAsync(blob, offset, cancellationToken).ConfigureAwait(false);
        var content = offset == 0
            ? new VerifyingStream(opened, blob, Description)
            : VerifyingStream.ForLength(opened, blob.Size - offset, Description);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(blob.Size - offset, 4096, BufferSize));
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                progress.AddSent(count);
                progress.AddDone(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await content.DisposeAsync().ConfigureAwait(false);
        }

        return new BlobIdentity(blob.Digest, blob.Size);
    }
}

using System.Buffers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob that is copied unchanged: verified and counted while it is written.</summary>
/// <param name="source">Where it is read from.</param>
/// <param name="blob">The blob.</param>
/// <param name="progress">Counts the bytes.</param>
/// <param name="isVerifiedByTarget">True if the target hashes the bytes too: a file that was hashed before is then sent as it is.</param>
internal sealed class CopiedBlob(IImageSource source, Descriptor blob, BlobProgress progress, bool isVerifiedByTarget) : BlobSource
{
    private const int BufferSize = 256 * 1024;

    private bool _wasSentUnhashed;

    public override Digest Digest => blob.Digest;

    public override long? Length => blob.Size;

    public override string Description => $"{blob.Digest} of {source.Description}";

    public override string ResumeKey => blob.Digest.ToString();

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        progress.Begin(offset);
        var opened = await source.OpenBlobAsync(blob, offset, cancellationToken).ConfigureAwait(false);
        var content = offset > 0 || IsKnown(opened)
            ? VerifyingStream.ForLength(opened, blob.Size - offset, Description)
            : new VerifyingStream(opened, blob, Description);
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

    // A second attempt from the start hashes: the target may have rejected the bytes of the first.
    private bool IsKnown(Stream opened)
    {
        if (!isVerifiedByTarget || opened is not IVerifiedContent file)
        {
            return false;
        }

        if (_wasSentUnhashed)
        {
            file.Forget();
            return false;
        }

        return _wasSentUnhashed = file.WasVerified;
    }
}

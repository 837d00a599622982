using System.Buffers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob that is copied unchanged: verified and counted while it is written.</summary>
/// <param name="source">The source of the blob.</param>
/// <param name="blob">The blob.</param>
/// <param name="progress">Counts the bytes.</param>
/// <param name="isVerifiedByTarget">True if the target hashes the bytes too: a file that was hashed before is then sent unchanged.</param>
#pragma warning disable CA1001 // What is opened belongs to the upload that opened it.
internal sealed class CopiedBlob(IImageSource source, Descriptor blob, BlobProgress progress, bool isVerifiedByTarget) : BlobSource
#pragma warning restore CA1001
{
    private const int BufferSize = 256 * 1024;

    private bool _wasSentUnhashed;
    private OpenedBlob? _opened;

    public override Digest Digest => blob.Digest;

    public override long? Length => blob.Size;

    public override string Description => $"{blob.Digest} of {source.Description}";

    public override string ResumeKey => blob.Digest.ToString();

    internal override IAsyncDisposable? Open(CancellationToken cancellationToken) =>
        source is IRemoteSource remote && blob.Size <= OpenedBlob.MaximumLength
            ? _opened = new OpenedBlob(remote, blob, cancellationToken)
            : null;

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        progress.Begin(offset);
        var opened = await OpenAsync(offset, cancellationToken).ConfigureAwait(false);
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

    private async Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        if (_opened is { } opened)
        {
            if (offset == 0 && opened.Take() is { } stream)
            {
                return await stream.ConfigureAwait(false);
            }

            // Released first: the source may allow no other.
            await opened.DisposeAsync().ConfigureAwait(false);
            _opened = null;
        }

        return await source.OpenBlobAsync(blob, offset, cancellationToken).ConfigureAwait(false);
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

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Transfer;

/// <summary>Transfers one blob to a target at the lowest cost: it exists at the target, the target mounts it, or it is sent.</summary>
internal sealed class BlobTransfer(
    IImageSource source, IImageTarget target, TransferSlots slots, IEncodingStore? encodings, bool force, ILogger log)
{
    /// <summary>Transfers the blob. Two transfers of one blob to one store run one after the other: the second finds it there.</summary>
    /// <returns>The new blob if it was compressed or decompressed; otherwise null.</returns>
    public async Task<Descriptor?> RunAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        var key = $"{target.Store}\n{work.Blob.Digest}\n{work.Encoding}";
        using var held = await slots.BlobLocks.AcquireAsync(key, cancellationToken).ConfigureAwait(false);
        await slots.Blobs.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return work.DiffId is not null ? await DecodeAsync(work, progress, cancellationToken).ConfigureAwait(false)
                : work.Encoding is not null ? await EncodeAsync(work, progress, cancellationToken).ConfigureAwait(false)
                : await CopyAsync(work.Blob, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Blobs.Release();
        }
    }

    private async Task<Descriptor?> CopyAsync(Descriptor blob, BlobProgress progress, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(blob, progress, cancellationToken).ConfigureAwait(false))
        {
            var content = new CopiedBlob(source, blob, progress, target.VerifiesBlobs);
            await target.WriteBlobAsync(content, cancellationToken).ConfigureAwait(false);
            progress.End(BlobState.Uploaded);
            log.Information($"{blob.Digest}: sent to {target.Description}, {progress.Sent:N0} bytes.");
        }

        return null;
    }

    private async Task<Descriptor?> DecodeAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        var blob = new DecodedBlob(source, work.Blob, work.DiffId!, progress);
        var written = await target.WriteBlobAsync(blob, cancellationToken).ConfigureAwait(false);
        progress.End(BlobState.Uploaded);
        log.Information(
            $"{work.Blob.Digest}: decompressed from {work.Blob.Size:N0} to {written.Size:N0} bytes "
            + $"and sent to {target.Description} as {written.Digest}.");
        return new Descriptor(MediaTypes.OciLayer, written.Digest, written.Size);
    }

    private async Task<Descriptor?> EncodeAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        var (plain, settings) = (work.Blob, work.Encoding!);
        var key = settings.KeyOf(plain.Digest);
        if (encodings is not null && await encodings.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } remembered)
        {
            if (await ExistsAsync(remembered, progress, cancellationToken).ConfigureAwait(false))
            {
                return remembered;
            }

            log.Information(
                $"{plain.Digest}: compressed again, because {target.Description} lacks the earlier result {remembered.Digest}.");
        }

        var encoded = await SendEncodedAsync(work, progress, cancellationToken).ConfigureAwait(false);
        progress.End(BlobState.Uploaded);
        log.Information(
            $"{plain.Digest}: compressed from {plain.Size:N0} to {encoded.Size:N0} bytes "
            + $"and sent to {target.Description} as {encoded.Digest}.");
        if (encodings is not null)
        {
            await encodings.StoreAsync(key, encoded, cancellationToken).ConfigureAwait(false);
        }

        return encoded;
    }

    private async Task<Descriptor> SendEncodedAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        await slots.Encoders.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var blob = new EncodedBlob(source, work.Blob, work.Encoding!, progress);
            var sent = await target.WriteBlobAsync(blob, cancellationToken).ConfigureAwait(false);
            return new Descriptor(work.Encoding!.MediaType(docker: false), sent.Digest, sent.Size);
        }
        finally
        {
            slots.Encoders.Release();
        }
    }

    private async Task<bool> ExistsAsync(Descriptor blob, BlobProgress progress, CancellationToken cancellationToken)
    {
        if (force)
        {
            return false;
        }

        if (await target.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            if (target.PlaceOf(blob) is { } place)
            {
                log.Information($"{blob.Digest}: exists in {place}.");
            }

            progress.End(BlobState.Existing);
            return true;
        }

        if (await target.TryMountAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            log.Information($"{blob.Digest}: mounted in {target.Description}.");
            progress.End(BlobState.Mounted);
            return true;
        }

        return false;
    }
}

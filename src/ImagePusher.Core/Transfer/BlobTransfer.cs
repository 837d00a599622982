using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Transfer;

/// <summary>Brings one blob to a target in the cheapest way: it is there, the target mounts it, it is sent.</summary>
internal sealed class BlobTransfer(
    IImageSource source, IImageTarget target, TransferLimits limits, IEncodingStore? encodings, bool force, ILogger log)
{
    /// <summary>Brings the blob there.</summary>
    /// <returns>What it became, if it was compressed; else null.</returns>
    public Task<Descriptor?> RunAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken) =>
        limits.Flights.RunAsync(
            $"{target.Store}\n{work.Blob.Digest}\n{work.Encoding}",
            async _ =>
            {
                await limits.Blobs.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return work switch
                    {
                        { DiffId: not null } => await DecodeAsync(work, progress, cancellationToken).ConfigureAwait(false),
                        { Encoding: not null } => await EncodeAsync(work, progress, cancellationToken).ConfigureAwait(false),
                        _ => await CopyAsync(work.Blob, progress, cancellationToken).ConfigureAwait(false),
                    };
                }
                finally
                {
                    limits.Blobs.Release();
                }
            },
            cancellationToken);

    private async Task<Descriptor?> CopyAsync(Descriptor blob, BlobProgress progress, CancellationToken cancellationToken)
    {
        if (await IsThereAsync(blob, progress, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var stored = new StoredBlob(blob, source.Description, (offset, stop) => source.OpenBlobAsync(blob, offset, stop));
        await target.WriteBlobAsync(new CountedBlob(stored, progress), cancellationToken).ConfigureAwait(false);
        progress.End(BlobState.Uploaded);
        log.Verbose($"{blob.Digest}: sent to {target.Description}, {progress.Sent:N0} bytes.");
        return null;
    }

    private async Task<Descriptor?> DecodeAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        var plain = new DecodedBlob(source, work.Blob, work.DiffId!, progress);
        var written = await target.WriteBlobAsync(new CountedBlob(plain, progress), cancellationToken).ConfigureAwait(false);
        progress.End(BlobState.Uploaded);
        log.Verbose($"{work.Blob.Digest}: decompressed from {work.Blob.Size:N0} to {written.Size:N0} bytes and sent to {target.Description} as {written.Digest}.");
        return new Descriptor(MediaTypes.OciLayer, written.Digest, written.Size);
    }

    private async Task<Descriptor?> EncodeAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        var (plain, settings) = (work.Blob, work.Encoding!);
        var key = settings.KeyOf(plain.Digest);
        if (encodings is not null && await encodings.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } remembered)
        {
            if (await IsThereAsync(remembered, progress, cancellationToken).ConfigureAwait(false))
            {
                return remembered;
            }

            log.Verbose($"{plain.Digest}: compressed again, for {target.Description} lacks what it became before, {remembered.Digest}.");
        }

        var encoded = await SendEncodedAsync(work, progress, cancellationToken).ConfigureAwait(false);
        progress.End(BlobState.Uploaded);
        log.Verbose($"{plain.Digest}: compressed from {plain.Size:N0} to {encoded.Size:N0} bytes and sent to {target.Description} as {encoded.Digest}.");
        if (encodings is not null)
        {
            await encodings.StoreAsync(key, encoded, cancellationToken).ConfigureAwait(false);
        }

        return encoded;
    }

    private async Task<Descriptor> SendEncodedAsync(BlobWork work, BlobProgress progress, CancellationToken cancellationToken)
    {
        await limits.Encoders.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var blob = new EncodedBlob(source, work.Blob, work.Encoding!, progress);
            var sent = await target.WriteBlobAsync(new CountedBlob(blob, progress), cancellationToken).ConfigureAwait(false);
            return new Descriptor(work.Encoding!.MediaType(docker: false), sent.Digest, sent.Size);
        }
        finally
        {
            limits.Encoders.Release();
        }
    }

    private async Task<bool> IsThereAsync(Descriptor blob, BlobProgress progress, CancellationToken cancellationToken)
    {
        if (force)
        {
            return false;
        }

        if (await target.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            log.Verbose($"{blob.Digest}: exists in {target.Description}.");
            progress.End(BlobState.Existing);
            return true;
        }

        if (await target.TryMountAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            log.Verbose($"{blob.Digest}: mounted in {target.Description}.");
            progress.End(BlobState.Mounted);
            return true;
        }

        return false;
    }
}

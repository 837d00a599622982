using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A compressed layer that is decompressed while it is written. Both its own digest and its diff ID are checked.</summary>
/// <param name="source">Where the layer is read from.</param>
/// <param name="layer">The layer as it is there.</param>
/// <param name="diffId">The digest of the plain layer.</param>
/// <param name="progress">Counts the bytes that are read.</param>
internal sealed class DecodedBlob(IImageSource source, Descriptor layer, Digest diffId, BlobProgress progress) : BlobSource
{
    private const int BufferSize = 256 * 1024;

    public override Digest Digest => diffId;

    public override long? Length => null;

    public override string Description => $"{layer.Digest} of {source.Description}, decompressed";

    public override string ResumeKey => diffId.ToString();

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        var opened = await source.OpenBlobAsync(layer, 0, cancellationToken).ConfigureAwait(false);
        var counted = new ReadCountingStream(new VerifyingStream(opened, layer, Description), bytes => progress.AddDone(bytes));
        using var output = new HashingStream(offset == 0 ? destination : new SkippingStream(destination, offset), diffId.HashName);
        await using (opened.ConfigureAwait(false))
        {
            await CopyAsync(counted, output, cancellationToken).ConfigureAwait(false);
        }

        return output.Identity.Digest == diffId
            ? output.Identity
            : throw new DigestMismatchException(Description, diffId.ToString(), output.Identity.Digest.ToString(), "The image's config does not fit its layers; save the image again.");
    }

    private async Task CopyAsync(Stream compressed, Stream output, CancellationToken cancellationToken)
    {
        try
        {
            var read = 0L;
            var counted = new ReadCountingStream(compressed, bytes => read += bytes);
            var guard = new ExpansionGuard(Description);
            var content = await LayerDecoder.OpenAsync(counted, Description, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                var buffer = new byte[BufferSize];
                for (var written = 0L; await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0;)
                {
                    guard.Check(read, written += count);
                    await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }

                // A decoder stops at the end of its own format; only the stream's end verifies the whole.
                await compressed.CopyToAsync(Stream.Null, BufferSize, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (LayerDecoder.IsDecoderError(error))
        {
            throw LayerDecoder.Translate(
                error, Description, reason => new DigestMismatchException(Description, layer.MediaType, reason, "The layer is damaged; save the image again."));
        }
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A compressed layer that is decompressed while it is written. Its own digest and its diff ID are verified.</summary>
/// <param name="source">The source of the layer.</param>
/// <param name="layer">The compressed layer.</param>
/// <param name="diffId">The digest of the uncompressed layer.</param>
/// <param name="progress">Counts the bytes: those that are read as completed, those that are written as sent.</param>
internal sealed class DecodedBlob(IImageSource source, Descriptor layer, Digest diffId, BlobProgress progress) : BlobSource
{
    private const int BufferSize = 256 * 1024;

    public override Digest Digest => diffId;

    public override long? Length => null;

    public override string Description => $"{layer.Digest} of {source.Description}, decompressed";

    public override string ResumeKey => diffId.ToString();

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        progress.Begin(0);
        var opened = await source.OpenBlobAsync(layer, 0, cancellationToken).ConfigureAwait(false);
        var verified = new VerifyingStream(opened, layer, Description);
        var input = new ReadCountingStream(verified, count => progress.AddDone(count));
        var sent = new WriteCountingStream(destination, count => progress.AddSent(count));
        using var output = new HashingStream(offset == 0 ? sent : new SkippingStream(sent, offset), diffId.HashName);
        await using (opened.ConfigureAwait(false))
        {
            await CopyAsync(input, output, verified.Topic, cancellationToken).ConfigureAwait(false);
        }

        return output.Identity.Digest == diffId
            ? output.Identity
            : throw new DigestMismatchException(
                Description, diffId.ToString(), output.Identity.Digest.ToString(),
                "The image's config does not match its layers; save the image again.");
    }

    private async Task CopyAsync(Stream compressed, Stream output, ErrorTopic topic, CancellationToken cancellationToken)
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

                // A decoder stops at the end of its own format; only the end of the stream verifies the whole layer.
                await compressed.CopyToAsync(Stream.Null, BufferSize, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (LayerDecoder.IsDecoderError(error))
        {
            throw LayerDecoder.Translate(
                error, Description, reason =>
                    new DigestMismatchException(Description, layer.MediaType, reason, "The layer is damaged; save the image again.")
                    {
                        Topic = topic,
                    });
        }
    }
}

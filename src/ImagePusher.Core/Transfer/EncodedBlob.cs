using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// An uncompressed layer that is compressed while it is written: one pass verifies the diff ID and returns the bytes and their digest.
/// </summary>
/// <param name="source">The source of the layer.</param>
/// <param name="plain">The uncompressed layer; its digest is the diff ID.</param>
/// <param name="settings">The compression settings.</param>
/// <param name="progress">Counts the bytes: those that are read as completed, those that are written as sent.</param>
internal sealed class EncodedBlob(IImageSource source, Descriptor plain, EncodingSettings settings, BlobProgress progress) : BlobSource
{
    public override Digest? Digest => null;

    public override long? Length => null;

    public override string Description => $"{plain.Digest} of {source.Description}, compressed";

    // Another runtime may have another zlib, whose bytes could differ.
    public override string ResumeKey => $"{settings.KeyOf(plain.Digest)}-{Environment.Version}-{EncoderVersion}";

    private static string EncoderVersion { get; } = typeof(EncodedBlob).Assembly.GetName().Version?.ToString() ?? "0";

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        progress.Begin(0);
        var opened = await source.OpenBlobAsync(plain, 0, cancellationToken).ConfigureAwait(false);
        var input = new ReadCountingStream(opened, count => progress.AddDone(count));
        await using (opened.ConfigureAwait(false))
        await using (input.ConfigureAwait(false))
        {
            var sent = new WriteCountingStream(destination, count => progress.AddSent(count));
            Stream output = offset == 0 ? sent : new SkippingStream(sent, offset);
            var layer = await LayerEncoder.EncodeAsync(
                input, output, settings, plain.Digest.HashName, cancellationToken).ConfigureAwait(false);
            return layer.Uncompressed.Digest == plain.Digest
                ? layer.Encoded
                : throw new DigestMismatchException(
                    $"layer {plain.Digest} of {source.Description}", plain.Digest.ToString(), layer.Uncompressed.Digest.ToString(),
                    "The archive is damaged or was changed; save the image again.");
        }
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A plain layer that is compressed while it is written: one pass gives the diff ID's check, the bytes and their digest.</summary>
/// <param name="source">Where the plain layer is read from.</param>
/// <param name="plain">The plain layer; its digest is the diff ID.</param>
/// <param name="settings">How it is compressed.</param>
/// <param name="progress">Counts the plain bytes.</param>
internal sealed class EncodedBlob(IImageSource source, Descriptor plain, EncodingSettings settings, BlobProgress progress) : BlobSource
{
    public override Digest? Digest => null;

    public override long? Length => null;

    public override string Description => $"{plain.Digest} of {source.Description}, compressed";

    // Another runtime may bring another deflate, whose bytes could differ.
    public override string ResumeKey => $"{settings.KeyOf(plain.Digest)}-{Environment.Version}-{EncoderVersion}";

    private static string EncoderVersion { get; } = typeof(EncodedBlob).Assembly.GetName().Version?.ToString() ?? "0";

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        var opened = await source.OpenBlobAsync(plain, 0, cancellationToken).ConfigureAwait(false);
        var counted = new ReadCountingStream(opened, bytes => progress.AddDone(bytes));
        await using (opened.ConfigureAwait(false))
        await using (counted.ConfigureAwait(false))
        {
            var output = offset == 0 ? destination : new SkippingStream(destination, offset);
            var layer = await LayerEncoder.EncodeAsync(counted, output, settings, cancellationToken).ConfigureAwait(false);
            return layer.Uncompressed.Digest == plain.Digest
                ? layer.Encoded
                : throw new DigestMismatchException(
                    $"layer {plain.Digest} of {source.Description}", plain.Digest.ToString(), layer.Uncompressed.Digest.ToString(),
                    "The archive is damaged or was changed; save the image again.");
        }
    }
}

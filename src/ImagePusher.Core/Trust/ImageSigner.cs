using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>Adds signatures to images, under cosign's tag. Signatures that are there already are kept.</summary>
/// <param name="source">The source of the image and its signatures.</param>
/// <param name="target">The same place, to write to.</param>
/// <param name="repository">The name of the image's repository.</param>
/// <remarks>cosign, specs/SIGNATURE_SPEC.md; containers/image writes the same.</remarks>
internal sealed class ImageSigner(IReferrerSource source, IImageTarget target, ImageReference repository)
{
    // Others may sign the image at the same time; the tag has one manifest for all signatures.
    private const int Attempts = 3;

    /// <summary>Signs an image.</summary>
    /// <param name="image">The digest of its manifest or index.</param>
    /// <param name="signedAs">The reference that the signature is for.</param>
    /// <param name="annotations">The additional values to sign.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The signature, which is there once however often the same is signed.</returns>
    /// <exception cref="LimitExceededException">The image has too many signatures.</exception>
    /// <exception cref="DestinationConflictException">Others replaced the signatures repeatedly.</exception>
    /// <exception cref="ImagePusherException">The signature could not be read or written.</exception>
    public async Task<ImageSignature> SignAsync(
        Digest image, ImageReference signedAs, IReadOnlyDictionary<string, string> annotations, SigningKey key,
        CancellationToken cancellationToken)
    {
        var payload = SignaturePayload.WriteSimpleSigning(image, signedAs, annotations);
        var layer = new Descriptor(SignatureReader.SimpleSigningType, Digest.Of(payload), payload.Length);
        var signature = key.Sign(payload);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var existing = await FindAsync(image, cancellationToken).ConfigureAwait(false);
            if (existing?.Layers.FirstOrDefault(known => known.Digest == layer.Digest && IsBy(key, payload, known)) is { } known)
            {
                return Result(existing.Digest, payload, Convert.FromBase64String(known.Annotations[SignatureReader.SignatureKey]));
            }

            var manifest = await WriteAsync(image, existing, layer, payload, signature, cancellationToken).ConfigureAwait(false);
            if ((await FindAsync(image, cancellationToken).ConfigureAwait(false))?.Digest == manifest.Digest)
            {
                return Result(manifest.Digest, payload, signature);
            }
        }

        throw new DestinationConflictException(
            $"The signatures of {image} in {source.Description} are being replaced by others; none was added.", "Sign the image again.");
    }

    private static string TagOf(Digest image) => SubjectTag.SignatureOf(image);

    private static bool IsBy(SigningKey key, byte[] payload, Descriptor layer)
    {
        var text = layer.Annotations.GetValueOrDefault(SignatureReader.SignatureKey) ?? "";
        var signature = new byte[text.Length];
        return Convert.TryFromBase64String(text, signature, out var length) && key.PublicKey.Verifies(payload, signature.AsSpan(0, length));
    }

    private static ImageSignature Result(Digest manifest, byte[] payload, byte[] signature) => new()
    {
        Kind = SignatureKind.SimpleSigning,
        Manifest = manifest,
        Signed = payload,
        Payload = SignaturePayload.ReadSimpleSigning(payload),
        Signature = signature,
    };

    private async Task<ImageManifest?> FindAsync(Digest image, CancellationToken cancellationToken)
    {
        // A view of a cache reads the index once.
        var tags = await source.ReferrersIn(repository).GetTaggedReferrersAsync(image, cancellationToken).ConfigureAwait(false);
        return tags.FirstOrDefault(tagged => tagged.Tag == TagOf(image)) is { } found
            ? await source.GetManifestAsync(found.Manifest, cancellationToken).ConfigureAwait(false) as ImageManifest
                ?? throw new UnsupportedContentException(
                    $"The tag {found.Tag} in {source.Description} is not a manifest of signatures.", "Remove the tag.")
            : null;
    }

    private async Task<ImageManifest> WriteAsync(
        Digest image, ImageManifest? existing, Descriptor layer, byte[] payload, byte[] signature, CancellationToken cancellationToken)
    {
        var signed = layer with
        {
            Annotations = new Dictionary<string, string> { [SignatureReader.SignatureKey] = Convert.ToBase64String(signature) },
        };
        Descriptor[] layers = [.. existing?.Layers ?? [], signed];
        if (layers.Length > TrustLimits.Signatures)
        {
            throw new LimitExceededException(
                $"{image} in {source.Description} has {layers.Length - 1} signatures already.",
                "Remove the signatures that are not needed.");
        }

        var config = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("architecture", "");
            writer.WriteString("os", "");
            writer.WriteStartObject("config");
            writer.WriteEndObject();
            writer.WriteStartObject("rootfs");
            writer.WriteString("type", "layers");
            writer.WriteStartArray("diff_ids");
            Array.ForEach(layers, entry => writer.WriteStringValue(entry.Digest.ToString()));
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        var described = new Descriptor(MediaTypes.OciConfig, Digest.Of(config), config.Length);
        await WriteBlobAsync(layer, payload, cancellationToken).ConfigureAwait(false);
        await WriteBlobAsync(described, config, cancellationToken).ConfigureAwait(false);
        var manifest = ImageManifest.Create(MediaTypes.OciManifest, described, layers, existing?.Annotations);
        await target.PublishReferrerAsync(manifest, repository.WithTag(TagOf(image)), image, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    private async Task WriteBlobAsync(Descriptor blob, byte[] content, CancellationToken cancellationToken)
    {
        if (!await target.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            await target.WriteBlobAsync(
                new StoredBlob(blob, "a signature", (offset, _) =>
                    Task.FromResult<Stream>(new MemoryStream(content, (int)offset, content.Length - (int)offset))),
                cancellationToken).ConfigureAwait(false);
        }
    }
}

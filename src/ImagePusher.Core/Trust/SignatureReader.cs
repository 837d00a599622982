using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>
/// Finds the signatures of a manifest: cosign's tag, and referrers. One that cannot be read does not hide the others; too many of them
/// are an error.
/// </summary>
/// <remarks>cosign, specs/SIGNATURE_SPEC.md and specs/BUNDLE_SPEC.md.</remarks>
internal sealed class SignatureReader
{
    /// <summary>The media type of a simple signing payload.</summary>
    public const string SimpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The annotation of a payload that holds its signature.</summary>
    public const string SignatureKey = "dev.cosignproject.cosign/signature";

    private const string CertificateKey = "dev.sigstore.cosign/certificate";
    private const string ChainKey = "dev.sigstore.cosign/chain";
    private const string CosignType = "application/vnd.dev.cosign.artifact.sig.v1+json";
    private const string NotationType = "application/vnd.cncf.notary.signature";
    private const string BundlePrefix = "application/vnd.dev.sigstore.bundle";

    private readonly IReferrerSource _source;
    private readonly Manifest _image;
    private readonly List<ImageSignature> _found = [];
    private readonly Dictionary<Digest, byte[]> _payloads = [];
    private long _bytes;

    private SignatureReader(IReferrerSource source, Manifest image) => (_source, _image) = (source, image);

    /// <summary>The signatures, those of cosign's tag first; none if the source cannot hold any.</summary>
    /// <param name="source">The source of the image.</param>
    /// <param name="image">The manifest or index.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LimitExceededException">There are too many, or they are too large together.</exception>
    /// <exception cref="ImagePusherException">The source could not be read.</exception>
    public static async Task<IReadOnlyList<ImageSignature>> ReadAsync(
        IImageSource source, Manifest image, CancellationToken cancellationToken)
    {
        if (source is not IReferrerSource referrers)
        {
            return [];
        }

        var reader = new SignatureReader(referrers, image);
        foreach (var tagged in await referrers.GetTaggedReferrersAsync(image.Digest, cancellationToken).ConfigureAwait(false))
        {
            if (SubjectTag.IsSignature(tagged.Tag))
            {
                await reader.ReadManifestAsync(tagged.Manifest, SignatureKind.SimpleSigning, cancellationToken).ConfigureAwait(false);
            }
        }

        var listed = await referrers.GetReferrersAsync(image.Digest, null, cancellationToken).ConfigureAwait(false);
        await reader.ReadListedAsync(
            [.. listed.Where(referrer => KindOf(referrer) is not null)], cancellationToken).ConfigureAwait(false);
        return reader._found;
    }

    // Too many are an error before any of them is requested.
    private async Task ReadListedAsync(IReadOnlyList<Descriptor> referrers, CancellationToken cancellationToken)
    {
        if (_found.Count + referrers.Count > TrustLimits.Signatures)
        {
            throw TooMany();
        }

        foreach (var referrer in referrers)
        {
            await ReadManifestAsync(referrer, KindOf(referrer)!.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    private static SignatureKind? KindOf(Descriptor referrer) => referrer.ArtifactType switch
    {
        CosignType => SignatureKind.SimpleSigning,
        NotationType => SignatureKind.Notation,
        { } type when type.StartsWith(BundlePrefix, StringComparison.Ordinal) => SignatureKind.SigstoreBundle,
        _ => null,
    };

    private async Task ReadManifestAsync(Descriptor descriptor, SignatureKind kind, CancellationToken cancellationToken)
    {
        if (kind == SignatureKind.Notation)
        {
            Add(ImageSignature.Unusable(kind, descriptor.Digest, "Notation signatures are not supported"));
            return;
        }

        Manifest? manifest = null;
        var problem = await TryAsync(async () =>
        {
            Count(Math.Min(descriptor.Size, Manifest.MaximumSize));
            manifest = await _source.GetManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (manifest is not ImageManifest { Layers: { Count: > 0 } layers })
        {
            Add(ImageSignature.Unusable(kind, descriptor.Digest, problem ?? "it is not a manifest with signatures"));
        }
        else if (layers.Count > TrustLimits.Signatures)
        {
            throw TooMany();
        }
        else
        {
            foreach (var layer in layers)
            {
                await ReadLayerAsync(layer, kind, descriptor.Digest, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadLayerAsync(Descriptor layer, SignatureKind kind, Digest manifest, CancellationToken cancellationToken)
    {
        var isBundle = kind == SignatureKind.SigstoreBundle;
        if (isBundle ? !layer.MediaType.StartsWith(BundlePrefix, StringComparison.Ordinal) : layer.MediaType != SimpleSigningType)
        {
            Add(ImageSignature.Unusable(
                kind, manifest, $"the media type '{TerminalText.Quote(layer.MediaType)}' is not that of a signature"));
            return;
        }

        ImageSignature? read = null;
        var problem = await TryAsync(async () =>
        {
            var content = await ReadBlobAsync(
                layer, isBundle ? TrustLimits.Bundle : TrustLimits.Payload, cancellationToken).ConfigureAwait(false);
            read = isBundle ? SigstoreBundle.Read(content, manifest, _image) : ReadSimpleSigning(layer, content, manifest);
        }).ConfigureAwait(false);
        if (problem is not null)
        {
            Add(ImageSignature.Unusable(kind, manifest, problem));
        }
        else if (read is not null)
        {
            Add(read);
        }
    }

    private static ImageSignature ReadSimpleSigning(Descriptor layer, byte[] content, Digest manifest)
    {
        if (layer.Annotations.GetValueOrDefault(SignatureKey) is not { Length: > 0 } text)
        {
            throw new FormatException($"the annotation {SignatureKey} is missing");
        }

        IReadOnlyList<ReadOnlyMemory<byte>> certificates = layer.Annotations.TryGetValue(CertificateKey, out var leaf)
            ? CertificateText.Read(leaf, layer.Annotations.GetValueOrDefault(ChainKey)) : [];
        return new ImageSignature
        {
            Kind = SignatureKind.SimpleSigning,
            Manifest = manifest,
            Signed = content,
            Payload = SignaturePayload.ReadSimpleSigning(content),
            Signature = StrictJson.Base64(text, $"the annotation {SignatureKey}"),
            Certificates = certificates,
        };
    }

    // Many signatures of one image share one payload.
    private async Task<byte[]> ReadBlobAsync(Descriptor blob, int maximum, CancellationToken cancellationToken)
    {
        if (_payloads.TryGetValue(blob.Digest, out var known) && known.Length == blob.Size)
        {
            return known;
        }

        Count(Math.Min(blob.Size, maximum));
        return _payloads[blob.Digest] = await BlobReader.ReadAsync(_source, blob, maximum, cancellationToken).ConfigureAwait(false);
    }

    private void Count(long bytes)
    {
        if ((_bytes += bytes) > TrustLimits.SignatureBytes)
        {
            throw new TooLargeException();
        }
    }

    private void Add(ImageSignature signature)
    {
        if (_found.Count == TrustLimits.Signatures)
        {
            throw TooMany();
        }

        _found.Add(signature);
    }

    /// <summary>Runs a step and returns why it failed, if that concerns this signature alone.</summary>
    private async Task<string?> TryAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
            return null;
        }
        catch (TooLargeException)
        {
            throw new LimitExceededException(
                $"The signatures of {_image.Digest} in {_source.Description} have more than {TrustLimits.SignatureBytes} bytes.",
                "Remove the signatures that are not needed.");
        }
        catch (FormatException error)
        {
            return error.Message;
        }
        catch (Exception error) when (error is DigestMismatchException or ManifestNotFoundException or LimitExceededException
            or UnsupportedContentException or IncompleteImageException or InvalidImageArchiveException or CacheCorruptException
            or RegistryProtocolException)
        {
            return error.Message.TrimEnd('.');
        }
    }

    private LimitExceededException TooMany() => new(
        $"{_image.Digest} in {_source.Description} has more than {TrustLimits.Signatures:N0} signatures.",
        "Remove the signatures that are not needed.");

    private sealed class TooLargeException : Exception;
}

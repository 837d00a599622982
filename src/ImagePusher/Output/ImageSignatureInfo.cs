using System.Collections;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Output;

/// <summary>One signature of an image, and whether it is valid.</summary>
public sealed class ImageSignatureInfo
{
    /// <summary>The full name of the image; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest of the image.</summary>
    public required string Digest { get; init; }

    /// <summary>True if a trusted signer created the signature for this digest and an accepted reference.</summary>
    public bool IsValid { get; init; }

    /// <summary>The format: <c>SimpleSigning</c>, <c>SigstoreBundle</c>, <c>Keyless</c> or <c>Notation</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The SHA-256 of the public key that made the signature; null if it was not verified, or cosign did that.</summary>
    public string? KeyId { get; init; }

    /// <summary>The identity that the signer's certificate states; null for a signature by a key.</summary>
    public string? Identity { get; init; }

    /// <summary>The reference that the signature is for; for an invalid signature, the unverified value.</summary>
    public string? SignedReference { get; init; }

    /// <summary>The digest that the signature is for; for an invalid signature, the unverified value.</summary>
    public string? SignedDigest { get; init; }

    /// <summary>The additional signed values, by name.</summary>
    public required IDictionary Annotations { get; init; }

    /// <summary>The reason why the signature is not valid, or a remark about a valid one; otherwise null.</summary>
    public string? Reason { get; init; }

    /// <summary>The folder of the cache that has the image; null if it is elsewhere. Binds to -CachePath.</summary>
    public string? CachePath { get; init; }

    /// <summary>The full name of the image.</summary>
    public override string ToString() => Reference;

    internal static ImageSignatureInfo Of(string reference, Digest digest, SignatureVerdict verdict, string? cachePath) => new()
    {
        Reference = OutputText.Of(reference),
        Digest = digest.ToString(),
        IsValid = verdict.IsValid,
        Kind = verdict.Signature.Kind.ToString(),
        KeyId = verdict.Signer is { KeyId: { Length: > 0 } id } ? id : null,
        Identity = OutputText.Of(verdict.Signer?.Identity),
        SignedReference = OutputText.Of(verdict.Signature.Payload?.Reference),
        SignedDigest = OutputText.Of(verdict.Signature.Payload?.Digest),
        Annotations = new AnnotationTable(verdict.Signature.Payload?.Annotations ?? Descriptor.EmptyAnnotations),
        Reason = verdict.Reason is { Length: > 0 } reason ? OutputText.Of($"{char.ToUpperInvariant(reason[0])}{reason[1..]}.") : null,
        CachePath = cachePath,
    };
}

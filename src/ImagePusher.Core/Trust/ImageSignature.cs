using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>One signature of an image as it was found. Nothing of it is verified.</summary>
internal sealed record ImageSignature
{
    /// <summary>The format.</summary>
    public required SignatureKind Kind { get; init; }

    /// <summary>The manifest that contains the signature.</summary>
    public required Digest Manifest { get; init; }

    /// <summary>The signed bytes.</summary>
    public ReadOnlyMemory<byte> Signed { get; init; }

    /// <summary>The content of the signed bytes; null if the bytes of the image's manifest are signed without a statement.</summary>
    public SignaturePayload? Payload { get; init; }

    /// <summary>The signature.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The signer's certificate in DER form, and the certificates up to its root; empty for a signature by a key.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; } = [];

    /// <summary>The reason why the signature cannot be verified; null if it can.</summary>
    public string? Problem { get; init; }

    /// <summary>A signature that cannot be verified.</summary>
    public static ImageSignature Unusable(SignatureKind kind, Digest manifest, string problem) =>
        new() { Kind = kind, Manifest = manifest, Problem = problem };
}

namespace ImagePusher.Core.Trust;

/// <summary>The format of a signature.</summary>
internal enum SignatureKind
{
    /// <summary>A simple signing payload, under the tag <c>sha256-….sig</c> or in a referrer (cosign 1 and 2, skopeo).</summary>
    SimpleSigning,

    /// <summary>A sigstore bundle in a referrer (cosign 3).</summary>
    SigstoreBundle,

    /// <summary>A signature that cosign verified by a certificate and the transparency log.</summary>
    Keyless,

    /// <summary>A Notation signature, which is listed and never accepted.</summary>
    Notation,
}

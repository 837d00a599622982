using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>The result of the verification of one signature.</summary>
/// <param name="Signature">The signature.</param>
/// <param name="Signer">The signer; null if the signature is not authentic or the signer is not trusted.</param>
/// <param name="Reason">The reason if it is not valid, or a remark about a valid signature, without a period; otherwise null.</param>
/// <param name="IsValid">True if the signature is valid for the image.</param>
internal sealed record SignatureVerdict(ImageSignature Signature, Signer? Signer, string? Reason, bool IsValid)
{
    /// <summary>Verifies one signature: its authenticity first, then the digest and the reference that it is for.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="digest">The digest of the image.</param>
    /// <param name="name">The name of the image; null if it has none.</param>
    /// <param name="trust">The trusted signers.</param>
    /// <param name="rule">Which signed reference is accepted.</param>
    public static SignatureVerdict Of(
        ImageSignature signature, Digest digest, ImageReference? name, SignatureTrust trust, IdentityRule rule)
    {
        if (signature.Problem is { } problem)
        {
            return new SignatureVerdict(signature, null, problem, IsValid: false);
        }

        if (trust.Verify(signature, out var reason) is not { } signer)
        {
            return new SignatureVerdict(signature, null, reason, IsValid: false);
        }

        var objection = ObjectionTo(signature.Payload, digest, name, rule);
        var isUnnamed = signature.Payload?.Reference is null;
        return new SignatureVerdict(
            signature, signer, objection ?? (isUnnamed ? "the signature names no reference; only the digest was compared" : null),
            objection is null);
    }

    // A signed message without a statement is the manifest itself, whose digest was verified when it was read.
    private static string? ObjectionTo(SignaturePayload? payload, Digest digest, ImageReference? name, IdentityRule rule)
    {
        if (payload is not null && payload.Digest != digest.ToString())
        {
            return $"it is a signature of {TerminalText.Quote(payload.Digest)}, not of {digest}";
        }

        if (payload?.Reference is not { } text)
        {
            return rule.AcceptsUnnamed ? null : $"it names no reference, and one for {rule.Describe(name)} is required";
        }

        return !SignedName.TryParse(text, out var signed) ? $"it is for '{TerminalText.Quote(text)}', which is not a reference"
            : rule.Accepts(name, signed) ? null
            : $"it is for {signed}, not for {rule.Describe(name)}";
    }
}

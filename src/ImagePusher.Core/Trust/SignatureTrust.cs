namespace ImagePusher.Core.Trust;

/// <summary>The signer of a signature.</summary>
/// <param name="KeyId">The key, as <see cref="VerificationKey.Id"/>.</param>
/// <param name="Identity">The identity that a certificate states; null for a key.</param>
internal sealed record Signer(string KeyId, string? Identity);

/// <summary>Determines the trusted signers.</summary>
internal abstract class SignatureTrust
{
    /// <summary>The signer, if the signature is authentic and the signer is trusted.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="reason">The reason if it is not; otherwise null.</param>
    public abstract Signer? Verify(ImageSignature signature, out string? reason);
}

/// <summary>Trusts the owners of public keys.</summary>
internal sealed class KeyTrust(IReadOnlyList<VerificationKey> keys) : SignatureTrust
{
    public override Signer? Verify(ImageSignature signature, out string? reason)
    {
        var key = keys.FirstOrDefault(key => key.Verifies(signature.Signed.Span, signature.Signature.Span));
        reason = key is not null ? null
            : keys.Count == 1 ? "it was not made by the trusted key, or what it signed was changed"
            : "it was not made by one of the trusted keys, or what it signed was changed";
        return key is null ? null : new Signer(key.Id, null);
    }
}

using System.Management.Automation;
using System.Text.RegularExpressions;
using ImagePusher.Core;
using ImagePusher.Core.Trust;

namespace ImagePusher.Binding;

/// <summary>Reads the parameters that specify the trusted signers.</summary>
internal static class TrustInput
{
    private const string Begin = "-----BEGIN ";

    /// <summary>The keys of -PublicKey.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="texts">Paths, or PEM text, whole or in lines as Get-Content reads it.</param>
    /// <exception cref="ImagePusherException">A file does not exist, or holds no usable key.</exception>
    public static SignatureTrust Keys(PSCmdlet cmdlet, string[] texts) =>
        new KeyTrust([.. Texts(cmdlet, texts, "public key").SelectMany(pair => KeyText.ReadPublicKeys(pair.Pem, pair.Origin))]);

    /// <summary>The roots of -TrustedRoot with the identities of -Identity.</summary>
    /// <inheritdoc cref="Keys"/>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="texts">Paths, or PEM text.</param>
    /// <param name="identity">A wildcard pattern; null for any identity.</param>
    public static SignatureTrust Roots(PSCmdlet cmdlet, string[] texts, string? identity)
    {
        var pattern = identity is null ? null : Wildcards.Parse(identity, WildcardOptions.CultureInvariant);
        return new CertificateTrust(
            [.. Texts(cmdlet, texts, "trusted root").SelectMany(pair => CertificateText.ReadTrusted(pair.Pem, pair.Origin))],
            pattern is null ? null : identities => identities.Any(
                known => known.MayMatch(identity!) && pattern.IsMatch(known.Text)), identity, TimeProvider.System);
    }

    /// <summary>One PEM text of a private key.</summary>
    /// <inheritdoc cref="Keys"/>
    public static (string Pem, string Origin) PrivateKey(PSCmdlet cmdlet, string[] texts) =>
        Texts(cmdlet, texts, "private key") is [var only]
            ? only
            : throw new InvalidOptionException("Several private keys are specified.", "Specify one.");

    /// <summary>The rule of -SignedReference; without it the repository of the image, or no reference at all.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a reference.</exception>
    public static IdentityRule Rule(string? signedReference) =>
        signedReference is null ? new MatchRepositoryOrUnnamed()
        : !SignedName.TryParse(signedReference, out var name) ? throw new InvalidReferenceException(
            $"Invalid signed reference '{signedReference}'.", "Specify registry/repository, with or without a tag or digest.")
        : name.IsRepository ? new ExactRepository(name.Reference)
        : new ExactReference(name.Reference);

    /// <summary>The regular expression of a wildcard pattern for the whole text, in the syntax that Go shares.</summary>
    public static string Expression(string wildcard) =>
        $"^{Regex.Escape(wildcard).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$";

    private static List<(string Pem, string Origin)> Texts(PSCmdlet cmdlet, string[] texts, string what)
    {
        if (Array.Exists(texts, text => text.Contains(Begin, StringComparison.Ordinal)))
        {
            return [(string.Join('\n', texts), $"The {what}")];
        }

        var files = texts.Select(text => PathResolver.Target(cmdlet, text));
        return [.. files.Select(file => (KeyText.ReadFile(file, what), $"The {what} '{file}'"))];
    }
}

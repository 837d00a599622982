using System.Security.Cryptography;
using System.Text;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Trust;

/// <summary>Reads public keys from PEM text.</summary>
internal static class KeyText
{
    private const string Begin = "-----BEGIN ";
    private const string PublicKeyLabel = "PUBLIC KEY";
    private const string RsaLabel = "RSA PUBLIC KEY";

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What the file is, for messages: <c>public key</c>.</param>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidOptionException">It is too large or not a file.</exception>
    /// <exception cref="AccessDeniedException">It cannot be read.</exception>
    public static string ReadFile(string path, string what) => Decode(TrustFile.Read(path, what, TrustLimits.KeyFile));

    /// <summary>The public keys of PEM text, at least one.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="origin">Its origin, for messages.</param>
    /// <exception cref="InvalidOptionException">The text holds no public key, or an invalid one.</exception>
    /// <exception cref="UnsupportedContentException">The algorithm of a key is not supported.</exception>
    public static IReadOnlyList<VerificationKey> ReadPublicKeys(string pem, string origin)
    {
        var keys = new List<VerificationKey>();
        foreach (var (label, content) in Blocks(pem))
        {
            keys.Add(label switch
            {
                PublicKeyLabel => VerificationKey.Read(content, origin),
                RsaLabel => VerificationKey.Read(FromPkcs1(content, origin), origin),
                _ when label.Contains("PRIVATE", StringComparison.Ordinal) =>
                    throw Invalid(origin, "it is a private key; use the public key that belongs to it"),
                "CERTIFICATE" => throw Invalid(origin, "it is a certificate; use it as a trusted root, or use its public key"),
                _ => throw Invalid(origin, $"it is a block of the type '{TerminalText.Quote(label)}'"),
            });
        }

        return keys.Count > 0 ? keys : throw Invalid(origin, "it contains no PEM block");
    }

    /// <summary>The PEM blocks of a text: label and content.</summary>
    /// <remarks>Text between blocks is ignored, as RFC 7468 allows.</remarks>
    public static IEnumerable<(string Label, byte[] Content)> Blocks(string pem)
    {
        var rest = pem;
        while (PemEncoding.TryFind(rest, out var fields))
        {
            yield return (rest[fields.Label], Convert.FromBase64String(rest[fields.Base64Data]));
            rest = rest[fields.Location.End..];
        }
    }

    /// <summary>An error about a key.</summary>
    public static InvalidOptionException Invalid(string origin, string why, Exception? inner = null) =>
        new($"{origin} is not usable: {why}.", "Use a public key in PEM form (-----BEGIN PUBLIC KEY-----).", inner);

    private static byte[] FromPkcs1(byte[] content, string origin)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportRSAPublicKey(content, out _);
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException error)
        {
            throw Invalid(origin, "it is not a valid RSA public key", error);
        }
    }

    // PEM is ASCII; other bytes can only be in the text around the blocks.
    private static string Decode(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}

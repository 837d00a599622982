using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace ImagePusher.Core.Trust;

/// <summary>
/// Decrypts the private key file of cosign and skopeo: scrypt and NaCl's secretbox, which .NET does not have. BouncyCastle is used here
/// and nowhere else, so that the module ships only the part of it that this class calls.
/// </summary>
/// <remarks>secure-systems-lab/go-securesystemslib, encrypted; NaCl, secretbox (XSalsa20 and Poly1305).</remarks>
internal static class CosignKeyFile
{
    private const int KeyLength = 32;
    private const int NonceLength = 24;
    private const int TagLength = 16;

    /// <summary>The PKCS#8 key in the file.</summary>
    /// <param name="json">The content of the PEM block.</param>
    /// <param name="password">The password.</param>
    /// <param name="origin">Its origin, for messages.</param>
    /// <exception cref="InvalidOptionException">The file is malformed, or the password is wrong.</exception>
    /// <exception cref="LimitExceededException">Decryption would take too much memory.</exception>
    public static byte[] Decrypt(byte[] json, ReadOnlySpan<char> password, string origin)
    {
        try
        {
            using var document = StrictJson.Parse(json);
            var top = StrictJson.Object(document.RootElement, "");
            var derivation = StrictJson.Object(top["kdf"], "kdf");
            var cipher = StrictJson.Object(top["cipher"], "cipher");
            if (StrictJson.Text(derivation, "name", "kdf") != "scrypt" || StrictJson.Text(cipher, "name", "cipher") != "nacl/secretbox")
            {
                throw new FormatException("it is not encrypted by scrypt and nacl/secretbox");
            }

            var key = Derive(derivation, password, origin);
            return Open(
                key, StrictJson.Base64(StrictJson.Text(cipher, "nonce", "cipher"), "cipher.nonce"),
                StrictJson.Base64(StrictJson.Text(top, "ciphertext", ""), "ciphertext"))
                ?? throw SigningKey.Invalid(origin, "the password is wrong, or the key is damaged");
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException)
        {
            throw SigningKey.Invalid(origin, error is FormatException ? error.Message : "a field is missing", error);
        }
    }

    private static byte[] Derive(Dictionary<string, JsonElement> derivation, ReadOnlySpan<char> password, string origin)
    {
        var parameters = StrictJson.Object(derivation["params"], "kdf.params");
        var (n, r, p) = (Number(parameters, "N"), Number(parameters, "r"), Number(parameters, "p"));
        if (!int.IsPow2(n) || n < 2 || r > 64 || p > 16 || (r == 1 && n >= 1 << 16))
        {
            throw new FormatException("kdf.params are not those of scrypt");
        }

        // Each pass fills the memory once.
        if (128L * n * r * p > TrustLimits.KeyDerivationMemory)
        {
            throw new LimitExceededException(
                $"{origin} is encrypted so that more than {TrustLimits.KeyDerivationMemory} bytes of memory are filled to decrypt it.",
                "Use a key that is encrypted with the usual parameters.");
        }

        var secret = new byte[Encoding.UTF8.GetByteCount(password)];
        Encoding.UTF8.GetBytes(password, secret);
        try
        {
            return SCrypt.Generate(secret, StrictJson.Base64(StrictJson.Text(derivation, "salt", "kdf"), "kdf.salt"), n, r, p, KeyLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    // The first 32 bytes of the key stream are the key of the authenticator; the message follows.
    private static byte[]? Open(byte[] key, byte[] nonce, byte[] sealedBox)
    {
        if (nonce.Length != NonceLength || sealedBox.Length < TagLength)
        {
            throw new FormatException("cipher.nonce or ciphertext has the wrong length");
        }

        var stream = new XSalsa20Engine();
        stream.Init(forEncryption: false, new ParametersWithIV(new KeyParameter(key), nonce));
        var authenticatorKey = new byte[KeyLength];
        stream.ProcessBytes(authenticatorKey, 0, KeyLength, authenticatorKey, 0);
        var message = sealedBox[TagLength..];
        var authenticator = new Poly1305();
        authenticator.Init(new KeyParameter(authenticatorKey));
        authenticator.BlockUpdate(message, 0, message.Length);
        var tag = new byte[TagLength];
        authenticator.DoFinal(tag, 0);
        if (!CryptographicOperations.FixedTimeEquals(tag, sealedBox.AsSpan(0, TagLength)))
        {
            return null;
        }

        stream.ProcessBytes(message, 0, message.Length, message, 0);
        return message;
    }

    private static int Number(Dictionary<string, JsonElement> parameters, string name) =>
        parameters.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            && number > 0 ? number : throw new FormatException($"kdf.params.{name} is not a positive number");
}

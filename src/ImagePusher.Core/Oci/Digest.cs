using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ImagePusher.Core.Oci;

/// <summary>A content digest, <c>algorithm:encoded</c>: sha256 with 64 lower-case hex digits or sha512 with 128.</summary>
/// <remarks>image-spec, descriptor.md#digests. Two digests are equal if their text is.</remarks>
public sealed record Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string encoded) => (Algorithm, Encoded) = (algorithm, encoded);

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The lower-case hex digits.</summary>
    public string Encoded { get; }

    /// <summary>The hash that computes this digest's kind.</summary>
    public HashAlgorithmName HashName => Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    /// <summary>Reads a digest.</summary>
    /// <exception cref="InvalidReferenceException">The text is no digest of a known algorithm.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new InvalidReferenceException(
            $"'{text}' is no digest.",
            "Write sha256: and 64 lower-case hex digits, or sha512: and 128.");

    /// <summary>Reads a digest; false if the text is none of a known algorithm.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        if (text is null || text.Length < 8 || text[6] != ':')
        {
            return false;
        }

        // Caches hold digests by the ten thousand: the algorithm's text is one constant for all of them.
        var (algorithm, length) = text.AsSpan(0, 6) switch { "sha256" => ("sha256", 64), "sha512" => ("sha512", 128), _ => ("", -1) };
        var encoded = text.AsSpan(7);
        if (encoded.Length != length || encoded.ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        digest = new Digest(algorithm, encoded.ToString());
        return true;
    }

    /// <summary>The sha256 digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(HashAlgorithmName.SHA256, SHA256.HashData(content));

    /// <summary>The digest of some bytes by the given hash, SHA256 or SHA512.</summary>
    public static Digest Of(ReadOnlySpan<byte> content, HashAlgorithmName hash) =>
        FromHash(hash, CryptographicOperations.HashData(hash, content));

    /// <summary>The digest whose hash was computed elsewhere.</summary>
    public static Digest FromHash(HashAlgorithmName hash, ReadOnlySpan<byte> value) =>
        new(hash == HashAlgorithmName.SHA512 ? "sha512" : "sha256", Convert.ToHexStringLower(value));

    /// <summary>The digest as it is written: <c>sha256:…</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Encoded}";
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Oci;

/// <summary>A content digest, <c>algorithm:encoded</c>: sha256 with 64 lower-case hex digits or sha512 with 128.</summary>
/// <remarks>image-spec, descriptor.md#digests. Two digests are equal if their text is equal.</remarks>
public sealed partial record Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string encoded) => (Algorithm, Encoded) = (algorithm, encoded);

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The lower-case hex digits.</summary>
    public string Encoded { get; }

    /// <summary>The hash algorithm: SHA256 or SHA512.</summary>
    public HashAlgorithmName HashName => Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    /// <summary>Parses a digest.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a digest of a known algorithm.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new InvalidReferenceException(
            $"Invalid digest '{text}'.",
            "Use sha256: and 64 lower-case hex digits, or sha512: and 128.");

    /// <summary>Parses a digest; false if the text is not one of a known algorithm.</summary>
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

    /// <summary>The sha256 digest of content.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(HashAlgorithmName.SHA256, SHA256.HashData(content));

    /// <summary>The digest of content.</summary>
    /// <param name="content">The content.</param>
    /// <param name="hash">SHA256 or SHA512.</param>
    public static Digest Of(ReadOnlySpan<byte> content, HashAlgorithmName hash) =>
        FromHash(hash, CryptographicOperations.HashData(hash, content));

    /// <summary>The digest of a hash value.</summary>
    /// <param name="hash">The algorithm: SHA256 or SHA512.</param>
    /// <param name="value">The hash value, 32 or 64 bytes.</param>
    public static Digest FromHash(HashAlgorithmName hash, ReadOnlySpan<byte> value) =>
        new(hash == HashAlgorithmName.SHA512 ? "sha512" : "sha256", Convert.ToHexStringLower(value));

    /// <summary>The text form: <c>sha256:…</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Encoded}";

    /// <summary>The algorithm of a digest that the grammar allows but this library does not support; null for other text.</summary>
    internal static string? AlgorithmOf(string text) =>
        AnyAlgorithm().Match(text) is { Success: true } match && match.Groups[1].Value is var algorithm and not ("sha256" or "sha512")
            ? algorithm
            : null;

    [GeneratedRegex(@"\A([a-z0-9]+(?:[+._-][a-z0-9]+)*):[a-zA-Z0-9=_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex AnyAlgorithm();
}

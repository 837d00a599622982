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
    public HashAlgorithmName HashName => DigestAlgorithm.HashOf(Algorithm);

    /// <summary>Parses a digest.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a digest of a known algorithm.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new InvalidReferenceException($"Invalid digest '{text}'.", $"Use {DigestAlgorithm.Form}.");

    /// <summary>Parses a digest; false if the text is not one of a known algorithm.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || DigestAlgorithm.Find(text.AsSpan(0, colon)) is not { } algorithm)
        {
            return false;
        }

        var encoded = text.AsSpan(colon + 1);
        if (encoded.Length != DigestAlgorithm.DigitsOf(algorithm) || encoded.ContainsAnyExcept(HexDigits))
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
        new(DigestAlgorithm.NameOf(hash), Convert.ToHexStringLower(value));

    /// <summary>The text form: <c>sha256:…</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Encoded}";

    /// <summary>The algorithm of a digest that the grammar allows but this library does not support; null for other text.</summary>
    internal static string? AlgorithmOf(string text) =>
        AnyAlgorithm().Match(text) is { Success: true } match && match.Groups[1].Value is var algorithm
            && DigestAlgorithm.Find(algorithm) is null
            ? algorithm
            : null;

    [GeneratedRegex(@"\A([a-z0-9]+(?:[+._-][a-z0-9]+)*):[a-zA-Z0-9=_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex AnyAlgorithm();
}

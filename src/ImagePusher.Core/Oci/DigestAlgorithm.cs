using System.Security.Cryptography;

namespace ImagePusher.Core.Oci;

/// <summary>The digest algorithms that this library supports: the only place with their names, lengths and hashes.</summary>
/// <remarks>image-spec, descriptor.md#registered-algorithms.</remarks>
internal static class DigestAlgorithm
{
    public const string Sha256 = "sha256";

    public const string Sha512 = "sha512";

    /// <summary>What a digest looks like, for messages.</summary>
    public const string Form = "sha256: and 64 lower-case hex digits, or sha512: and 128";

    /// <summary>The names, the usual one first.</summary>
    public static readonly string[] All = [Sha256, Sha512];

    /// <summary>The constant of a name, so that many digests share it; null for an algorithm that is not supported.</summary>
    public static string? Find(ReadOnlySpan<char> name) => name switch { Sha256 => Sha256, Sha512 => Sha512, _ => null };

    /// <summary>The hexadecimal digits of a digest.</summary>
    public static int DigitsOf(string name) => name == Sha512 ? SHA512.HashSizeInBytes * 2 : SHA256.HashSizeInBytes * 2;

    public static HashAlgorithmName HashOf(string name) => name == Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    public static string NameOf(HashAlgorithmName hash) => hash == HashAlgorithmName.SHA512 ? Sha512 : Sha256;
}

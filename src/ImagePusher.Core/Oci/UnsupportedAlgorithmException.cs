namespace ImagePusher.Core.Oci;

/// <summary>A document that is well formed and names a digest of an algorithm other than sha256 and sha512.</summary>
/// <param name="digest">The digest's text.</param>
/// <param name="algorithm">Its algorithm.</param>
/// <remarks>Readers that know what the document is report it as <see cref="UnsupportedContentException"/>.</remarks>
internal sealed class UnsupportedAlgorithmException(string digest, string algorithm)
    : FormatException($"the digest '{Short(digest)}' uses the algorithm '{Short(algorithm)}', which is not supported")
{
    private const int Longest = 40;

    /// <summary>The typed error.</summary>
    /// <param name="subject">The document with the digest, as the beginning of a sentence.</param>
    public UnsupportedContentException ToError(string subject) => new(
        $"{subject} cannot be used: {Message}.", $"Create the image again with {string.Join(" or ", DigestAlgorithm.All)} digests.", this);

    private static string Short(string text) => text.Length <= Longest ? text : text[..Longest] + "…";
}

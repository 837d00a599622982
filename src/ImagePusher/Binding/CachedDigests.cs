using System.Text.RegularExpressions;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads -Digest: a digest, or the first digits of one in the cache, as tables show them.</summary>
internal static partial class CachedDigests
{
    private const string FewestDigits = "7";
    private const int ListedDigests = 3;

    /// <summary>True for the digests that a text means.</summary>
    /// <exception cref="InvalidReferenceException">The text is neither a digest nor the beginning of one.</exception>
    public static Predicate<Digest> Parse(string text) =>
        Digest.TryParse(text, out var whole) ? digest => digest == whole
        : TryParseBeginning(text) ?? throw new InvalidReferenceException(
            $"Invalid digest '{text}'.",
            $"Use {DigestAlgorithm.Form}, or the first digits of a digest in the cache, at least {FewestDigits}.");

    /// <summary>True for the digests that begin with a text; null if no digest does.</summary>
    public static Predicate<Digest>? TryParseBeginning(string text) => Beginning().Match(text) is { Success: true } match
        ? digest => digest.Encoded.StartsWith(match.Groups["digits"].Value, StringComparison.Ordinal)
            && (match.Groups["algorithm"] is not { Success: true } algorithm || digest.Algorithm == algorithm.Value)
        : null;

    /// <summary>The one digest that a text means; null for an empty text, as of an object without a digest.</summary>
    /// <param name="cache">The cache; only the beginning of a digest is looked for in it.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidReferenceException">
    /// The text is neither a digest nor the beginning of one, or several images have such a digest.
    /// </exception>
    /// <exception cref="ImageNotCachedException">No image has such a digest.</exception>
    public static async Task<Digest?> FindAsync(ImageCache cache, string? text, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Digest.TryParse(text, out var whole))
        {
            return whole;
        }

        var isWanted = Parse(text);
        var images = await cache.ListAsync(cancellationToken).ConfigureAwait(false);
        var found = images.Select(image => image.Digest).Where(digest => isWanted(digest)).Distinct().ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new ImageNotCachedException(
                $"The cache {cache.Path} has no image with a digest that begins with '{text}'.", "Check the digest."),
            _ => throw new InvalidReferenceException(
                $"The cache {cache.Path} has {found.Count} images with digests that begin with '{text}'.",
                $"Specify more digits: {string.Join(", ", found.Take(ListedDigests))}{(found.Count > ListedDigests ? ", …" : "")}."),
        };
    }

    [GeneratedRegex(
        @"\A(?:(?<algorithm>" + DigestAlgorithm.Sha256 + "|" + DigestAlgorithm.Sha512 + "):)?"
            + "(?<digits>[0-9a-f]{" + FewestDigits + @",127})\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}

using System.Text.RegularExpressions;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Endpoints;

/// <summary>Decides from the text of an endpoint what it is. The rule is documented at <see cref="ImageEndpoint.Parse"/>.</summary>
internal static partial class EndpointText
{
    /// <summary>The beginning of the text of a cache.</summary>
    public const string CachePrefix = "cache:";

    public static ImageEndpoint Parse(string text)
    {
        if (text.Length == 0)
        {
            throw new InvalidReferenceException(
                "The endpoint is empty.", "Use an image reference, the path of an archive or OCI layout directory, or cache:REFERENCE.");
        }

        ReferenceGrammar.RejectScheme(text, "endpoint");
        return text.StartsWith(CachePrefix, StringComparison.Ordinal) ? ImageEndpoint.Cache(Rest(text))
            : !IsPath(text) ? ImageEndpoint.Registry(text)
            : text[^1] is '/' or '\\' ? ImageEndpoint.Layout(text)
            : ImageEndpoint.Archive(text);
    }

    /// <summary>True if a text names an archive or directory and not an image of a registry.</summary>
    public static bool IsPath(string text) => PathForm().IsMatch(text);

    /// <summary>The text of a path: one whose beginning can mean an image or a cache begins with <c>./</c>.</summary>
    public static string OfPath(string path) => StartOfPath().IsMatch(path) ? path : "./" + path;

    private static string? Rest(string text) => text.Length == CachePrefix.Length ? null : text[CachePrefix.Length..];

    // No image reference starts with '.', '/' or '~' or contains a backslash; one that ends like an archive needs its tag.
    [GeneratedRegex(@"\A(?:[./~]|[A-Za-z]:[\\/])|\\|\.(?:tar|tar\.gz|tgz|tar\.zst)\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathForm();

    [GeneratedRegex(@"\A(?:[./~\\]|[A-Za-z]:[\\/])", RegexOptions.CultureInvariant)]
    private static partial Regex StartOfPath();
}

using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Reads -Registry.</summary>
internal static class RegistryNames
{
    /// <summary>Stands for every registry without its own options: the default options.</summary>
    public const string Default = "*";

    /// <summary>The known registries that a wildcard pattern matches, sorted; the registry itself if the text is not a pattern.</summary>
    /// <exception cref="InvalidReferenceException">The text is neither a pattern nor a registry.</exception>
    public static IReadOnlyList<string> Matching(string text, IEnumerable<string> known)
    {
        // An IPv6 address has brackets too.
        if (!WildcardPattern.ContainsWildcardCharacters(text) || text.StartsWith('['))
        {
            return [Parse(text)];
        }

        var pattern = Wildcards.Parse(text, WildcardOptions.IgnoreCase);
        return [.. known.Where(pattern.IsMatch).Order(StringComparer.Ordinal)];
    }

    /// <summary>A registry, <c>host[:port]</c>, with or without a trailing '/'.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a registry.</exception>
    public static string Parse(string text)
    {
        var host = text.Trim();
        ReferenceGrammar.RejectScheme(host, "registry");
        try
        {
            // A path is not part of a registry's name: the grammar rejects the '/'.
            return ImageReference.Create(host.TrimEnd('/'), "any").Registry;
        }
        catch (InvalidReferenceException error)
        {
            throw NameMistakes.Find(host, "registry") ?? new InvalidReferenceException(
                $"Invalid registry '{text}'.", "Specify host[:port], such as ghcr.io or localhost:5000.", error);
        }
    }
}

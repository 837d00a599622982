using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>
/// Selects images of an archive by -Image: names, digests (also docker's image ID) and wildcard patterns; without it, all.
/// </summary>
internal sealed class ImageSelector
{
    private readonly List<(string Text, Func<ArchivedImage, ImageReference, bool> Matches)>? _rules;

    /// <summary>Reads -Image.</summary>
    /// <param name="images">The names, digests and patterns; null for all images.</param>
    /// <exception cref="InvalidOptionException">A pattern is malformed.</exception>
    public ImageSelector(string[]? images) => _rules = images?.Select(text => (text, Rule(text))).ToList();

    /// <summary>The selected images with their names, each once, in the order of the archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="report">Receives an error for each text that selects nothing.</param>
    /// <param name="allowsNoMatch">True if a pattern may select nothing.</param>
    public List<(ArchivedImage Image, ImageReference Name)> Select(
        ImageArchive archive, Action<string, ImagePusherException> report, bool allowsNoMatch)
    {
        var all = archive.Images.SelectMany(image => image.Names.Select(name => (Image: image, Name: name))).ToList();
        if (_rules is null)
        {
            return all;
        }

        foreach (var (text, matches) in _rules)
        {
            var mayBeNone = allowsNoMatch && WildcardPattern.ContainsWildcardCharacters(text);
            if (!mayBeNone && !all.Exists(pair => matches(pair.Image, pair.Name)))
            {
                report(text, new ManifestNotFoundException(
                    $"'{archive.Path}' has no image '{text}'.",
                    $"It contains {string.Join(", ", all.Select(pair => pair.Name).Take(10))}."));
            }
        }

        return all.FindAll(pair => _rules.Exists(rule => rule.Matches(pair.Image, pair.Name)));
    }

    private static Func<ArchivedImage, ImageReference, bool> Rule(string text)
    {
        if (Digest.TryParse(text, out var digest))
        {
            return (image, _) => image.Root.Digest == digest || (image.Root is ImageManifest manifest && manifest.Config.Digest == digest);
        }

        if (WildcardPattern.ContainsWildcardCharacters(text))
        {
            var pattern = Wildcards.Parse(text);
            return (_, name) => pattern.IsMatch(name.ToString()) || pattern.IsMatch(name.ShortForm);
        }

        return (_, name) => ImageReference.TryParse(text, out var reference) && name == reference;
    }
}

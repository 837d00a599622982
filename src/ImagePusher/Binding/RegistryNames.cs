using ImagePusher.Core;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Reads -Registry.</summary>
internal static class RegistryNames
{
    /// <summary>Stands for every registry without options of its own.</summary>
    public const string Default = "*";

    /// <summary>A registry, <c>host[:port]</c>; a trailing '/' is removed.</summary>
    /// <exception cref="InvalidReferenceException">The text is none.</exception>
    public static string Parse(string text)
    {
        var host = text.Trim();
        ReferenceGrammar.RejectScheme(host, "registry");
        try
        {
            // A path is no part of a registry's name: the grammar refuses the '/'.
            return ImageReference.Create(host.TrimEnd('/'), "any").Registry;
        }
        catch (InvalidReferenceException error)
        {
            throw new InvalidReferenceException($"'{text}' is no registry.", "Write host[:port], such as ghcr.io or localhost:5000.", error);
        }
    }
}

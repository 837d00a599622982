using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads references to images of a registry, and refuses what is likely a mistake before a registry is asked.</summary>
internal static class References
{
    /// <summary>The reference of a text.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a reference, or it names a registry and no repository.</exception>
    public static ImageReference Parse(string text)
    {
        if (Digest.TryParse(text, out _))
        {
            throw new InvalidReferenceException(
                $"Invalid reference '{text}': it is a digest without a repository.",
                $"Specify the repository too, such as ghcr.io/team/app@{text}.");
        }

        var reference = ImageReference.Parse(text);
        return IsRegistry(text)
            ? throw new InvalidReferenceException(
                $"Invalid reference '{text}': it names a registry and no repository.",
                $"Specify the repository too, such as {text}/team/app:1.0.")
            : reference;
    }

    // docker pull ghcr.io asks Docker Hub for library/ghcr.io; which is hardly meant.
    private static bool IsRegistry(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var host = text.Split(':') is [var name, _] ? name : text;
        return ReferenceGrammar.IsHost(text) && ReferenceGrammar.LooksLikeHost(host);
    }
}

using System.Globalization;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads references to images in a registry, and rejects likely mistakes before a request is sent.</summary>
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

    /// <summary>The reference of a text that names a repository: an apparent port of a host is not interpreted as a tag.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a reference, or it may name a registry and no repository.</exception>
    public static ImageReference ParseRepository(string text) => Parse(text) is var reference && EndsWithPort(text)
        ? throw new InvalidReferenceException(
            $"Invalid reference '{text}': it names a registry and no repository, or an image of Docker Hub by a number.",
            $"Specify the repository too, such as {text}/team/app, or {reference.Registry}/{reference.Repository} for that of Docker Hub.")
        : reference;

    // Years are tags: amazonlinux:2023.
    private static bool EndsWithPort(string text) => !text.Contains('/', StringComparison.Ordinal) && text.Split(':') is [_, var number]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is 80 or 443 or (>= 1024 and < 1900) or (> 2100 and <= 65535);

    // docker pull ghcr.io requests library/ghcr.io from Docker Hub, which is rarely intended.
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

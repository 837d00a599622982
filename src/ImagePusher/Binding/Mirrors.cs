using ImagePusher.Core;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Reads -Mirror and -PathPrefix.</summary>
internal static class Mirrors
{
    /// <summary>A mirror, <c>host[:port][/prefix]</c>.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a mirror.</exception>
    public static string Parse(string text)
    {
        text = text.Trim().TrimEnd('/');
        ReferenceGrammar.RejectScheme(text, "mirror");
        var (host, prefix) = text.Split('/', 2) is [var first, var rest] ? (first, rest) : (text, "any");
        try
        {
            _ = ImageReference.Create(host, prefix.Trim('/'));
            return text;
        }
        catch (InvalidReferenceException error)
        {
            throw NameMistakes.Find(text, "mirror") ?? new InvalidReferenceException(
                $"Invalid mirror '{text}'.",
                "Specify host[:port] or host[:port]/prefix, such as mirror.example.com or mirror.example.com/hub.", error);
        }
    }

    /// <summary>A prefix for the path of every repository; null for none.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a path of repositories.</exception>
    public static string? ParsePrefix(string text)
    {
        var prefix = text.Trim('/');
        try
        {
            return prefix.Length == 0 ? null : ImageReference.Create("localhost", prefix).Repository;
        }
        catch (InvalidReferenceException error)
        {
            throw new InvalidReferenceException(
                $"Invalid path prefix '{text}'.", "Specify lower-case parts separated by '/', such as team or hub/library.", error);
        }
    }
}

using ImagePusher.Core;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Reads -Mirror and -PathPrefix.</summary>
internal static class Mirrors
{
    /// <summary>A mirror, <c>host[:port][/prefix]</c>.</summary>
    /// <exception cref="InvalidReferenceException">The text is none.</exception>
    public static string Parse(string text)
    {
        var (host, prefix) = text.Split('/', 2) is [var first, var rest] ? (first, rest) : (text, "any");
        try
        {
            _ = ImageReference.Create(host, prefix.Trim('/'));
            return text;
        }
        catch (InvalidReferenceException error)
        {
            throw new InvalidReferenceException($"'{text}' is no mirror.", "Write host[:port] or host[:port]/prefix, such as mirror.example.com or mirror.example.com/hub.", error);
        }
    }

    /// <summary>What stands before every repository's path; null for nothing.</summary>
    /// <exception cref="InvalidReferenceException">The text is no path of repositories.</exception>
    public static string? ParsePrefix(string text)
    {
        var prefix = text.Trim('/');
        try
        {
            return prefix.Length == 0 ? null : ImageReference.Create("localhost", prefix).Repository;
        }
        catch (InvalidReferenceException error)
        {
            throw new InvalidReferenceException($"'{text}' is no path of repositories.", "Write lower-case parts with '/' between, such as team or hub/library.", error);
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>The grammar of the parts of a reference: distribution-spec, Pulling manifests, and distribution/reference.</summary>
internal static partial class ReferenceGrammar
{
    /// <summary>The maximum length of host, '/' and repository together, in characters; many clients reject longer names.</summary>
    public const int MaximumNameLength = 255;

    public static bool IsRepository(string text) => Repository().IsMatch(text);

    public static bool IsTag(string text) => Tag().IsMatch(text);

    /// <summary>True for <c>host</c> or <c>host:port</c>; a port is a number from 1 to 65535, an IPv6 address is in brackets.</summary>
    public static bool IsHost(string text)
    {
        var match = Host().Match(text);
        return match.Success && (match.Groups["port"] is not { Success: true } port
            || (int.TryParse(port.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535));
    }

    /// <summary>Rejects a URL: names of images and registries have no scheme.</summary>
    /// <exception cref="InvalidReferenceException">The text has a scheme; the recommended action names the form without it.</exception>
    public static void RejectScheme(string text, string kind)
    {
        if (Scheme().Match(text) is { Success: true } scheme)
        {
            throw new InvalidReferenceException(
                $"Invalid {kind} '{text}': it starts with '{scheme.Value}', but the name of an image or registry has no scheme.",
                $"Use '{WithoutUserInfo(text[scheme.Length..])}'.");
        }
    }

    // Credentials are not part of a name either.
    private static string WithoutUserInfo(string text) =>
        text.AsSpan().IndexOfAny('/', '@') is var end and >= 0 && text[end] == '@' ? text[(end + 1)..] : text;

    /// <summary>True if a first part before '/' can only be a host: it contains a dot or a colon, or is localhost.</summary>
    public static bool LooksLikeHost(string part) => part == "localhost" || part.AsSpan().ContainsAny(".:");

    [GeneratedRegex(@"\A(?:https?|docker|oci)://", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::(?<port>[0-9]+))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}

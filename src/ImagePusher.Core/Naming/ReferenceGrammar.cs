using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>The grammar of reference parts, as distribution-spec and distribution/reference give it.</summary>
internal static partial class ReferenceGrammar
{
    /// <summary>The most characters that host, '/' and repository may have together; many clients refuse more.</summary>
    public const int MaximumNameLength = 255;

    public static bool IsRepository(string text) => Repository().IsMatch(text);

    public static bool IsTag(string text) => Tag().IsMatch(text);

    public static bool IsDigest(string text) => Digest().IsMatch(text);

    /// <summary>True for <c>host</c> or <c>host:port</c>; a port is a number from 1 to 65535, an IPv6 address stands in brackets.</summary>
    public static bool IsHost(string text)
    {
        var match = Host().Match(text);
        return match.Success && (match.Groups["port"] is not { Success: true } port
            || (int.TryParse(port.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535));
    }

    /// <summary>True if a first part before '/' can only be a host: it has a dot or a colon, or is localhost.</summary>
    public static bool LooksLikeHost(string part) => part == "localhost" || part.AsSpan().ContainsAny(".:");

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\A(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::(?<port>[0-9]+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}

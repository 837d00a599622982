using System.Diagnostics.CodeAnalysis;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>
/// Reads the Link headers of a page (RFC 8288). Several links may share a header, and some registries omit the angle brackets.
/// </summary>
internal static class LinkHeader
{
    // Servers also quote a relation with apostrophes or typographic quotation marks.
    private static readonly char[] Quotes = [' ', '\'', '"', '\u2018', '\u2019', '\u201c', '\u201d'];

    /// <summary>The target of the first link whose relation is <c>next</c>.</summary>
    /// <param name="headers">The values of all Link headers.</param>
    /// <param name="next">The target as it was sent; null if there is no next page.</param>
    /// <returns>False if the headers contain no link to a next page, and at least one link that cannot be read.</returns>
    public static bool TryReadNext(IEnumerable<string> headers, out string? next)
    {
        next = null;
        var (isReadable, links, unrelated) = (true, 0, (string?)null);
        foreach (var header in headers)
        {
            var rest = header.AsSpan();
            while (ReadLink(ref rest, out var target, out var relation))
            {
                links++;
                if (target.Length > 0 && IsNext(relation))
                {
                    next = target;
                    return true;
                }
                // Other relations are of no interest here; a link without a relation or target might have been the next page.
                isReadable &= target.Length > 0 && IsRelation(relation);
                unrelated = relation is null && target.Contains('/', StringComparison.Ordinal) ? target : null;
            }
        }
        // A registry that sends one link without a relation means the next page; skopeo follows it too.
        next = links == 1 ? unrelated : null;
        return isReadable || next is not null;
    }

    private static bool IsNext(string? relation) =>
        relation is not null && Uri.UnescapeDataString(relation).Split(Quotes).Contains("next", StringComparer.OrdinalIgnoreCase);

    // Relations are names or URIs (RFC 8288, 2.1).
    private static bool IsRelation(string? relation) =>
        relation is not null && relation.All(character => char.IsAsciiLetterOrDigit(character) || ".-_:/#? '".Contains(character));

    // link = ( "<" target ">" / target ) *( ";" name "=" value ), up to a comma.
    private static bool ReadLink(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out string? target, out string? relation)
    {
        (target, relation) = (null, null);
        rest = rest.TrimStart(" \t,");
        if (rest.IsEmpty)
        {
            return false;
        }

        target = rest[0] == '<' ? ReadBracketed(ref rest) : Take(ref rest, rest.IndexOfAny(';', ',')).Trim().ToString();
        while (rest.TrimStart() is [';', ..] parameters)
        {
            rest = parameters[1..].TrimStart();
            var name = Take(ref rest, rest.IndexOfAny("=;,")).Trim();
            var value = rest is ['=', ..] ? ReadValue(ref rest) : "";
            relation ??= name.Equals("rel", StringComparison.OrdinalIgnoreCase) ? value : null;
        }

        // Text between the parameters and the next comma is ignored.
        Take(ref rest, rest.IndexOf(','));
        return true;
    }

    private static string ReadBracketed(ref ReadOnlySpan<char> rest)
    {
        rest = rest[1..];
        var end = rest.IndexOf('>');
        if (end < 0)
        {
            rest = [];
            return "";
        }

        var target = rest[..end].Trim().ToString();
        rest = rest[(end + 1)..];
        return target;
    }

    private static string ReadValue(ref ReadOnlySpan<char> rest)
    {
        rest = rest[1..].TrimStart();
        if (rest is not ['"', ..])
        {
            return Take(ref rest, rest.IndexOfAny(';', ',')).Trim().ToString();
        }

        rest = rest[1..];
        var value = Take(ref rest, rest.IndexOf('"')).ToString();
        rest = rest.IsEmpty ? rest : rest[1..];
        return value;
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest, int count)
    {
        var taken = count < 0 ? rest : rest[..count];
        rest = rest[taken.Length..];
        return taken;
    }
}

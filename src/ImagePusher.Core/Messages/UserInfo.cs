using System.Text.RegularExpressions;

namespace ImagePusher.Core.Messages;

/// <summary>Hides user names and passwords in addresses, https://user:password@host.</summary>
internal static partial class UserInfo
{
    /// <summary>
    /// The text with *** in place of each user name and password before a host, shortened as <see cref="TerminalText.Shorten"/> does: the
    /// time to search one word grows with the square of its length.
    /// </summary>
    public static string Hide(string text)
    {
        text = TerminalText.Shorten(text);
        return text.Contains('@', StringComparison.Ordinal) ? Form().Replace(text, "***@") : text;
    }

    // At the start of a word or behind a scheme, up to the last '@': user:password@, and token@ behind a scheme or before a host and a
    // path. The name and tag before a digest, name:tag@sha256:…, are kept.
    [GeneratedRegex(
        @"(?<=\A|[\s'""(=]|://)[^\s'""(=/@:]*:(?!//)[^\s'""]*@(?!@*(?:sha[0-9]+:|[a-z0-9+._-]+:[0-9a-f]{32}))"
        + @"|(?<=://)[^\s'""/@:]+@"
        + @"|(?<=\A|[\s'""(=])[^\s'""(=/@:]+@(?=(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|[A-Za-z0-9-]+:[0-9])[:0-9]*/)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

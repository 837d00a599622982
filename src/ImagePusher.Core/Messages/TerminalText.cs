using System.Globalization;
using System.Text;

namespace ImagePusher.Core.Messages;

/// <summary>
/// Makes untrusted text from a server, archive or file safe to display: control characters, which a terminal would execute, line separators
/// and characters that change the reading direction become visible escapes such as <c>\u001B</c>; line breaks and tabs become spaces.
/// CI systems execute commands in the output of a job; one character of each command is escaped too.
/// </summary>
/// <remarks>
/// <c>##vso[…]</c> of Azure Pipelines, <c>##[…]</c> and <c>::name::</c> of GitHub Actions, <c>##teamcity[…]</c>. The first ones count
/// anywhere in a line, <c>::</c> at its start only; but a table may break its lines anywhere.
/// </remarks>
internal static class TerminalText
{
    /// <summary>The maximum length of untrusted text in a message, in characters.</summary>
    public const int MaximumQuote = 200;

    /// <summary>The maximum length of a message, in characters; untrusted text can be as long as a file.</summary>
    public const int MaximumMessage = 8192;

    // The commands of the runner; other names have no effect.
    private static readonly HashSet<string> GitHubCommands = new(StringComparer.OrdinalIgnoreCase)
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path", "notice",
        "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
    };

    /// <summary>The text with every unsafe character escaped; the same instance if nothing has to be escaped.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var i = 0; i < text.Length; i++)
        {
            if (IsUnsafe(text, i))
            {
                return EscapeFrom(text, i);
            }
        }

        return text;
    }

    /// <summary>
    /// The escaped text, shortened to <see cref="MaximumQuote"/> characters, without the passwords of addresses, of which the first
    /// characters would be left.
    /// </summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = UserInfo.Hide(text.Length <= MaximumMessage ? text : text[..MaximumMessage]);
        return Escape(text.Length <= MaximumQuote ? text : text[..MaximumQuote] + "…");
    }

    /// <summary>
    /// The text, shortened to <see cref="MaximumMessage"/> characters between two words, so that no part of a secret is left; a longer
    /// word is omitted.
    /// </summary>
    public static string Shorten(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= MaximumMessage)
        {
            return text;
        }

        var end = text.AsSpan(0, MaximumMessage).LastIndexOfAny(" \t\r\n");
        return $"{text.AsSpan(0, Math.Max(0, end)).TrimEnd()} …".TrimStart();
    }

    /// <summary>
    /// The escaped text as a sentence that ends in one period, without the passwords of addresses, shortened to about
    /// <see cref="MaximumMessage"/> characters.
    /// </summary>
    public static string Sentence(string text)
    {
        var escaped = UserInfo.Hide(Escape(Shorten(text))).TrimEnd();
        var end = escaped.TrimEnd('.');
        return end.Length == 0 || end[^1] is '!' or '?' or ':' ? escaped : end + ".";
    }

    private static string EscapeFrom(string text, int first)
    {
        var result = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (var i = first; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\t')
            {
                result.Append(' ');
            }
            else if (IsUnsafe(text, i))
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static bool IsUnsafe(string text, int index)
    {
        var character = text[index];
        return character switch
        {
            '[' => EndsCommandPrefix(text.AsSpan(0, index)),
            ':' => index > 0 && text[index - 1] == ':' && NamesCommand(text.AsSpan(index + 1)),
            < ' ' or (>= '\u007F' and <= '\u009F') => true,
            < '\u061C' => false,
            '\u061C' or '\u200E' or '\u200F' or '\u2028' or '\u2029' => true,
            (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' => true,
            _ => char.IsSurrogate(character) && !IsPaired(text, index),
        };
    }

    // "##", and the name of the system or nothing.
    private static bool EndsCommandPrefix(ReadOnlySpan<char> before) =>
        before.TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").EndsWith("##", StringComparison.Ordinal);

    // "::name value::"; names of programming languages have two colons too.
    private static bool NamesCommand(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(" :,");
        return end > 0 && GitHubCommands.Contains(text[..end].ToString());
    }

    private static bool IsPaired(string text, int index) =>
        (index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]))
        || (index > 0 && char.IsSurrogatePair(text[index - 1], text[index]));
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Sync;

/// <summary>
/// A regular expression of a sync file, in the syntax of Go (RE2). It is matched in a time that grows with the length of the text only,
/// so a file cannot stop a run.
/// </summary>
internal sealed partial class SyncExpression
{
    private static readonly Dictionary<string, string> Classes = new()
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly Regex _regex;
    private readonly string _text;

    private SyncExpression(string text, Regex regex) => (_text, _regex) = (text, regex);

    /// <summary>Parses an expression.</summary>
    /// <param name="text">The expression, in the syntax of Go.</param>
    /// <param name="isAnchored">True to put it between <c>^</c> and <c>$</c>, as regsync does.</param>
    /// <exception cref="FormatException">The text is not an expression; the message says why, without a subject.</exception>
    public static SyncExpression Parse(string text, bool isAnchored)
    {
        if (text.Length > SyncLimits.Expression)
        {
            throw new FormatException($"it has more than {SyncLimits.Expression} characters");
        }

        try
        {
            var form = Named().Replace(Posix().Replace(isAnchored ? $"^{text}$" : text, ClassOf), "(?<");
            return new SyncExpression(text, new Regex(form, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException(error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>True if the expression matches.</summary>
    public bool IsMatch(string text) => _regex.IsMatch(text);

    /// <summary>The expression as it was specified.</summary>
    public override string ToString() => _text;

    private static string ClassOf(Match match) => !Classes.TryGetValue(match.Groups["name"].Value, out var characters)
        ? throw new FormatException($"the class '{match.Value}' is unknown")
        : match.Groups["not"].Success ? Others(characters) : characters;

    // A negated class, [:^digit:], occurs within another class, in which .NET has no negation.
    private static string Others(string characters) => string.Concat(
        Enumerable.Range(0, 0x80).Where(code => !Regex.IsMatch($"{(char)code}", $"[{characters}]"))
            .Select(code => string.Create(CultureInfo.InvariantCulture, $"\\x{code:X2}"))) + "\\u0080-\\uFFFF";

    [GeneratedRegex(@"\[:(?<not>\^)?(?<name>[a-z]+):\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Posix();

    [GeneratedRegex(@"(?<!\\)\(\?P<", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}

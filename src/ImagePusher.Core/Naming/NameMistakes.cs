using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// Recognizes what people type in place of a name of an image or registry, so that the error says what was meant. Only a text that is
/// not a name is asked about: a name is never rejected by it.
/// </summary>
internal static partial class NameMistakes
{
    private const string Host = @"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?|localhost(?::[0-9]{1,5})?|[A-Za-z0-9-]+:[0-9]{1,5})";

    /// <summary>What a text of the kind "image reference" is.</summary>
    public const string Image = "image reference";

    /// <summary>The error for a text that is not a name; null if it has none of the known mistakes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">What it should be, for the message.</param>
    public static InvalidReferenceException? Find(string text, string kind)
    {
        if (Variable().Match(text) is { Success: true } variable)
        {
            return new InvalidReferenceException(
                $"Invalid {kind} '{text}': '{variable.Value}' in it was not replaced by its value.", "Replace it by its value.")
            {
                Topic = ErrorTopic.UnreplacedVariable,
            };
        }

        if (Credentials().Match(text) is { Success: true } match && match.Groups["name"].Value is var rest
            && (kind != Image || rest.Contains('/', StringComparison.Ordinal)))
        {
            return new InvalidReferenceException(
                $"Invalid {kind} '{text}': the name of an image or registry has no user name and password.",
                $"Use '{rest}', and specify the credential apart from it.")
            {
                Topic = ErrorTopic.CredentialsInName,
            };
        }

        // A path of Windows has backslashes too: with slashes it is not a name, or it ends like an archive.
        return text.Contains('\\', StringComparison.Ordinal) && text.Replace('\\', '/') is var name && !Archive().IsMatch(name)
            && ImageReference.TryParse(name.TrimEnd('/'), out _)
            ? new InvalidReferenceException(
                $"Invalid {kind} '{text}': it has backslashes, and the parts of a name are separated by '/'.", $"Use '{name}'.")
            : null;
    }

    /// <summary>True if a text has a variable that was not replaced.</summary>
    public static bool HasVariable(string text) => Variable().IsMatch(text);

    // $name, ${name}, $(name), $env:name, %name%, {{ name }} and <name>.
    [GeneratedRegex(
        @"\$(?:env:)?[A-Za-z_{(][\w:.(){}]*|%[A-Za-z_]\w*%|\{\{[^{}]*\}\}|<[A-Za-z][\w -]*>",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Variable();

    // user:password@host/… or token@host/…; what follows '@' in a name is a digest, and host:port/… comes before it.
    [GeneratedRegex(
        @"\A(?:[^@/\s:]*:(?!\d+/)\S*@(?!sha[0-9]+:)(?<name>" + Host + @"(?:/.*)?|[A-Za-z0-9-]+/.*)|[^@/\s:]+@(?<name>" + Host + @"/.*))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"\.(?:tar|tgz|tar\.gz|tar\.zst|oci)/?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Archive();
}

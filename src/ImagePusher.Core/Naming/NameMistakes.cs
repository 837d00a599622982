using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// Recognizes common mistakes in names of images and registries, so that the error can describe the correction. It is used only for texts
/// that are not valid names, and never rejects a valid name.
/// </summary>
internal static partial class NameMistakes
{
    private const string Host = @"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?|localhost(?::[0-9]{1,5})?|[A-Za-z0-9-]+:[0-9]{1,5})";

    /// <summary>The kind of text in error messages.</summary>
    public const string Image = "image reference";

    /// <summary>The error for a text with a known mistake; otherwise null.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">The expected kind, for the message.</param>
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

    // user:password@host/… or token@host/…; in a name, '@' precedes a digest and follows host:port/….
    [GeneratedRegex(
        @"\A(?:[^@/\s:]*:(?!\d+/)\S*@(?!sha[0-9]+:)(?<name>" + Host + @"(?:/.*)?|[A-Za-z0-9-]+/.*)|[^@/\s:]+@(?<name>" + Host + @"/.*))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"\.(?:tar|tgz|tar\.gz|tar\.zst|oci)/?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Archive();
}

using System.Management.Automation;
using System.Text.RegularExpressions;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>A wildcard pattern, or a regular expression between slashes, which no tag contains: <c>1.2*</c>, <c>/^1\.[2-5]/</c>.</summary>
internal sealed class TagPattern
{
    /// <summary>The time after which the comparison of one tag with a regular expression is an error: one second.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly string _text;
    private readonly WildcardPattern? _wildcard;
    private readonly Regex? _expression;

    private TagPattern(string text, WildcardPattern? wildcard, Regex? expression) =>
        (_text, _wildcard, _expression) = (text, wildcard, expression);

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="InvalidOptionException">The text is not a valid pattern.</exception>
    public static TagPattern Parse(string text)
    {
        if (text is not ['/', .. var expression, '/'])
        {
            return new TagPattern(text, Wildcards.Parse(text), null);
        }

        try
        {
            return new TagPattern(text, null, new Regex(expression, RegexOptions.CultureInvariant, Timeout));
        }
        catch (ArgumentException error)
        {
            throw new InvalidOptionException(
                $"Invalid regular expression '{text}': {error.Message}", "Correct it, or omit the slashes for a wildcard pattern.", error);
        }
    }

    /// <summary>True if a tag matches.</summary>
    /// <exception cref="LimitExceededException">The comparison takes longer than <see cref="Timeout"/>.</exception>
    public bool IsMatch(string tag)
    {
        try
        {
            return _wildcard?.IsMatch(tag) ?? _expression!.IsMatch(tag);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new LimitExceededException(
                $"Comparing the tag '{tag}' with {_text} takes longer than {Timeout.TotalSeconds:0} second.",
                "Use a simpler expression, without repetitions inside repetitions.", error);
        }
    }
}

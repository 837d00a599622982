using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Reads wildcards.</summary>
internal static class Wildcards
{
    /// <summary>A wildcard pattern; a malformed one is an error here, not at its first use.</summary>
    /// <exception cref="InvalidOptionException">The text is not a valid pattern.</exception>
    public static WildcardPattern Parse(string text, WildcardOptions options = WildcardOptions.CultureInvariant)
    {
        try
        {
            var pattern = WildcardPattern.Get(text, options);
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException error)
        {
            throw new InvalidOptionException(
                $"Invalid wildcard pattern '{text}': a bracket is not closed.",
                "Close the bracket, as in [ab], or escape a bracket that is part of the name as `[.",
                error);
        }
    }
}

using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Reads wildcards.</summary>
internal static class Wildcards
{
    /// <summary>A pattern. One that is malformed is an error here, not at its first use.</summary>
    /// <exception cref="InvalidReferenceException">The text is no pattern.</exception>
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
            throw new InvalidReferenceException(
                $"'{text}' is no wildcard pattern: a bracket has no end.", "Close the bracket, as in [ab], or write `[ for one that is part of the name.", error);
        }
    }
}

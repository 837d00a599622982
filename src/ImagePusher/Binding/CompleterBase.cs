using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Offers candidates that begin with or contain what was typed, quoted where PowerShell needs it. Never asks a network.</summary>
public abstract class CompleterBase : IArgumentCompleter
{
    private static readonly SearchValues<char> Special = SearchValues.Create(" @'`$(){};,|&");

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        return Candidates(word, fakeBoundParameters)
            .Where(Matches(word))
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .ThenBy(candidate => candidate, StringComparer.Ordinal)
            .Select(candidate => new CompletionResult(Quote(candidate), candidate, CompletionResultType.ParameterValue, candidate));
    }

    /// <summary>Everything that could be meant.</summary>
    /// <param name="word">What was typed, without quotes.</param>
    /// <param name="bound">What other parameters were given.</param>
    protected abstract IEnumerable<string> Candidates(string word, IDictionary bound);

    // A wildcard is completed to what it means, as elsewhere in PowerShell.
    private static Func<string, bool> Matches(string word)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(word))
        {
            return candidate => candidate.Contains(word, StringComparison.OrdinalIgnoreCase);
        }

        try
        {
            return Wildcards.Parse(word + "*", WildcardOptions.IgnoreCase).IsMatch;
        }
        catch (InvalidReferenceException)
        {
            return _ => false;
        }
    }

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(Special) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;
}

using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

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
        return Candidates(word)
            .Where(candidate => candidate.Contains(word, StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .ThenBy(candidate => candidate, StringComparer.Ordinal)
            .Select(candidate => new CompletionResult(Quote(candidate), candidate, CompletionResultType.ParameterValue, candidate));
    }

    /// <summary>Everything that could be meant.</summary>
    protected abstract IEnumerable<string> Candidates(string word);

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(Special) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;
}

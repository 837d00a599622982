using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>
/// Offers candidates that start with or contain the typed text, quoted where PowerShell requires it. It sends no requests.
/// </summary>
public abstract class CompleterBase : IArgumentCompleter
{
    private const string Resolve = "param($path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)";

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

    /// <summary>All possible values.</summary>
    /// <param name="word">The typed text, without quotes.</param>
    /// <param name="bound">The other parameters of the command.</param>
    protected abstract IEnumerable<string> Candidates(string word, IDictionary bound);

    /// <summary>The images of the cache that -CachePath names, by default the session's cache.</summary>
    private protected static IReadOnlyList<CacheEntry> CachedImages(IDictionary bound)
    {
        try
        {
            var path = bound["CachePath"] ?? PusherSession.Current.CachePath ?? SessionCache.Configured;
            var cache = path is "" or null ? PusherSession.Current.CurrentCache : PusherSession.Current.Cache(FullPath(path));
            return cache.ListImagesAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is ImagePusherException or RuntimeException or ArgumentException)
        {
            // Completion shows no errors; the command itself will.
            return [];
        }
    }

    /// <summary>The full path for a path parameter, relative to PowerShell's current location.</summary>
    private protected static string FullPath(object path)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript(Resolve).AddArgument(path).Invoke<string>()[0];
    }

    // A wildcard is completed to its matches, as elsewhere in PowerShell.
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
        catch (InvalidOptionException)
        {
            return _ => false;
        }
    }

    // A bare word is one string constant with the same value; everything else needs quotes.
    private static string Quote(string text)
    {
        var ast = Parser.ParseInput($"x {text}", out _, out var errors);
        var isBare = errors.Length == 0
            && ast.EndBlock.Statements is [PipelineAst
            {
                PipelineElements: [CommandAst
                {
                    CommandElements: [_, var word],
                    Redirections.Count: 0
                }]
            }]
            && word is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } constant
            && constant.Value == text && !WildcardPattern.ContainsWildcardCharacters(text);
        return isBare ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }
}

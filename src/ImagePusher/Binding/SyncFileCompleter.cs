using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImagePusher.Binding;

/// <summary>Completes paths of YAML files, and of folders.</summary>
public sealed class SyncFileCompleter : IArgumentCompleter
{
    private static readonly string[] Extensions = [".yml", ".yaml"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionCompleters.CompleteFilename((wordToComplete ?? "").Trim('\'', '"'))
            .Where(result => result.ResultType == CompletionResultType.ProviderContainer
                || Array.Exists(Extensions, extension => result.ListItemText.EndsWith(extension, StringComparison.OrdinalIgnoreCase)));
}

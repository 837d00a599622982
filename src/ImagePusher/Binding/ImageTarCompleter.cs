using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImagePusher.Binding;

/// <summary>Completes paths of image tars and of the folders on the way to them.</summary>
public sealed class ImageTarCompleter : IArgumentCompleter
{
    private static readonly string[] Endings = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tzst"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionCompleters.CompleteFilename((wordToComplete ?? "").Trim('\'', '"'))
            .Where(result => result.ResultType == CompletionResultType.ProviderContainer || IsTar(result.ListItemText));

    private static bool IsTar(string name) => Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}

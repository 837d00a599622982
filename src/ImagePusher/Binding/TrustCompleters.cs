using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImagePusher.Binding;

/// <summary>Completes signature policies: files of JSON, folders, and System where the system has a policy.</summary>
public sealed class PolicyCompleter : IArgumentCompleter
{
    private const string System = "System";

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        var files = FileCompletion.Of(word, ".json");
        return !OperatingSystem.IsWindows() && System.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            ? files.Append(new CompletionResult(System, System, CompletionResultType.ParameterValue, "The policy of this machine"))
            : files;
    }
}

/// <summary>Completes files of keys and certificates, and folders.</summary>
public sealed class KeyFileCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        FileCompletion.Of((wordToComplete ?? "").Trim('\'', '"'), ".pem", ".pub", ".key", ".private", ".crt", ".cer");
}

/// <summary>Completes files by the end of their names.</summary>
internal static class FileCompletion
{
    /// <summary>The folders, and the files whose names end so.</summary>
    public static IEnumerable<CompletionResult> Of(string word, params string[] extensions) =>
        CompletionCompleters.CompleteFilename(word).Where(result => result.ResultType == CompletionResultType.ProviderContainer
            || Array.Exists(extensions, end => result.ListItemText.EndsWith(end, StringComparison.OrdinalIgnoreCase)));
}

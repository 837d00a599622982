using System.Management.Automation.Language;

namespace ImagePusher.Shell;

/// <summary>What can be said of a script before it runs.</summary>
internal static class ScriptText
{
    public static bool UsesInput(string script) =>
        Parser.ParseInput(script, out _, out _)
            .Find(ast => ast is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: true)
            is not null;

    /// <summary>True if more lines could make the text a whole statement.</summary>
    public static bool IsIncomplete(string script)
    {
        Parser.ParseInput(script, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}

using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>Checks the commands of a script that is shown and not run.</summary>
internal static partial class ScriptCommands
{
    /// <summary>Commands of others that the workflows and pages use, with their parameters.</summary>
    private static readonly Dictionary<string, string[]> Others = new()
    {
        ["Group-Object"] = ["NoElement"],
        ["ConvertFrom-Json"] = [],
        ["Connect-AzContainerRegistry"] = ["Name", "ExposeToken"],
        ["ConvertTo-SecureString"] = ["AsPlainText"],
        ["dotnet"] = ["c", "t", "p"],
        ["Expand-Archive"] = [],
        ["Export-Clixml"] = [],
        ["Export-Csv"] = [],
        ["Get-ChildItem"] = ["Recurse"],
        ["Get-Command"] = ["Module"],
        ["Get-Content"] = [],
        ["Get-Credential"] = [],
        ["Get-ECRLoginCommand"] = ["Region"],
        ["Get-FileHash"] = [],
        ["Get-Item"] = [],
        ["Import-Module"] = [],
        ["Import-Clixml"] = [],
        ["Import-Csv"] = [],
        ["Install-Module"] = ["Scope", "Force"],
        ["Install-PSResource"] = ["Repository"],
        ["Read-Host"] = ["AsSecureString"],
        ["Measure-Object"] = ["Sum"],
        ["Register-PSResourceRepository"] = ["Uri", "Trusted"],
        ["Select-Object"] = ["First"],
        ["Select-String"] = ["SimpleMatch"],
        ["Sort-Object"] = ["Descending"],
        ["Unblock-File"] = [],
        ["Where-Object"] = ["like", "EQ"],
        ["Write-CiLog"] = [],
        ["Write-Warning"] = [],
    };

    /// <summary>Fails the test unless the script parses and calls only cmdlets, examples and others' commands that exist, with parameters
    /// that they have.</summary>
    public static async Task CheckAsync(Engine engine, string text)
    {
        var script = Parser.ParseInput(Macro().Replace(text, "text"), out _, out var errors);
        Assert.Empty(errors.Select(error => error.Message));
        foreach (var command in script.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
        {
            var used = command.CommandElements.OfType<CommandParameterAst>().Select(parameter => parameter.ParameterName);
            Assert.Subset((await ParametersAsync(engine, command.GetCommandName())).ToHashSet(StringComparer.OrdinalIgnoreCase),
                used.ToHashSet());
        }
    }

    private static async Task<IEnumerable<string>> ParametersAsync(Engine engine, string command)
    {
        if (Others.TryGetValue(command, out var known))
        {
            return known;
        }

        if (command.EndsWith(".ps1", StringComparison.Ordinal))
        {
            var path = command == "./build.ps1" ? Path.Combine(Repository.Folder, command)
                : ExampleFolder.PathOf(Path.GetFileName(command));
            var script = Parser.ParseFile(path, out _, out _);
            return script.ParamBlock?.Parameters.Select(parameter => parameter.Name.VariablePath.UserPath) ?? [];
        }

        var found = (CommandInfo)await engine.SingleAsync($"Get-Command -Module ImagePusher -Name '{command}'",
            TestContext.Current.CancellationToken);
        return found.Parameters.Keys;
    }

    [GeneratedRegex(@"\$\{\{.*?\}\}|\$\([A-Z][\w.]*\)")]
    private static partial Regex Macro();
}

using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Shell;

/// <summary>The scripts that the shell's tests run, in the folder in which they run.</summary>
public sealed class ShellScripts : IDisposable
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["ok.ps1"] = "'ok'",
        ["exit3.ps1"] = "exit 3",
        ["exit300.ps1"] = "exit 300",
        ["exit-negative.ps1"] = "exit -1",
        ["exit-text.ps1"] = "exit 'abc'",
        ["exit-bare.ps1"] = "/bin/sh -c 'exit 4'; exit",
        ["exit-last.ps1"] = "/bin/sh -c 'exit 4'; exit $LASTEXITCODE",
        ["exit-in-function.ps1"] = "function f { exit 6 }; f; 'not here'",
        ["exit-nested.ps1"] = "& ./exit3.ps1; \"after $LASTEXITCODE\"",
        ["native-fails.ps1"] = "/bin/false",
        ["throw.ps1"] = "throw 'boo'",
        ["parse.ps1"] = "if (",
        ["not-found.ps1"] = "Get-Nonsense",
        ["not-found-stop.ps1"] = "$ErrorActionPreference = 'Stop'; Get-Nonsense; 'not here'",
        ["write-error.ps1"] = "[CmdletBinding()] param() " + WriteError,
        ["terminating.ps1"] = "[CmdletBinding()] param() " + WriteError.Replace("WriteError(", "ThrowTerminatingError(", StringComparison.Ordinal),
        ["should-exit.ps1"] = "$host.SetShouldExit(5); 'still here'",
        ["return.ps1"] = "return 5",
        ["break.ps1"] = "break; 'not here'",
        ["typed.ps1"] = "param([int] $N) $N",
        ["input.ps1"] = "$input | ForEach-Object { \"<$_>\" }",
        ["confirm.ps1"] = "[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() if ($PSCmdlet.ShouldProcess('t', 'act')) { 'did' } else { 'no' }",
        ["mandatory.ps1"] = "param([Parameter(Mandatory)] $Question) \"got $Question\"",
        ["arguments.ps1"] = "param([string] $Name, [switch] $S, [int] $N, [Parameter(ValueFromRemainingArguments)] $Rest) \"$Name/$S/$N/$($Rest -join ',')\"",
        ["values.ps1"] = "$args | ForEach-Object { \"$($_.GetType().Name):$_\" }",
        ["without-extension"] = "#!/usr/bin/env imagepusher\n\"got $args\"; exit 9",
    };

    private const string WriteError =
        "$PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new('boo'), 'id', 'NotSpecified', $null))";

    public ShellScripts()
    {
        foreach (var (name, text) in Scripts)
        {
            Process.Folder.Write(name, text + "\n");
        }
    }

    internal ShellProcess Process { get; } = new();

    public void Dispose() => Process.Dispose();
}

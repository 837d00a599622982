using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Shell;

/// <summary>The exit codes of pwsh 7.6, as a table that the shell meets, and pwsh itself where there is one.</summary>
public sealed class ExitCodeTests(ShellScripts scripts) : IClassFixture<ShellScripts>
{
    private const string WritesError =
        "function f { [CmdletBinding()] param() $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new('boo'), 'id', 'NotSpecified', $null)) }; f";

    /// <summary>The code, the standard input, the arguments.</summary>
    public static TheoryData<int, string, string[]> Table => new()
    {
        { 0, "", ["-Command", "'ok'"] },
        { 0, "", ["-Command", "$false"] },
        { 0, "", ["-Command", ""] },
        { 0, "", ["-Command", "return 5"] },
        { 0, "", ["-Command", "break"] },
        { 0, "", ["-Command", "$LASTEXITCODE = 9"] },
        { 0, "", ["-Command", "exit"] },
        { 3, "", ["-Command", "exit 3"] },
        { 44, "", ["-Command", "exit 300"] },
        { 255, "", ["-Command", "exit -1"] },
        { 0, "", ["-Command", "exit 'abc'"] },
        { 1, "", ["-Command", "exit $true"] },
        { 7, "", ["-Command", "try { exit 7 } finally { 'clean' }"] },
        { 6, "", ["-Command", "function f { exit 6 }; f; 'not here'"] },
        { 8, "", ["-Command", "& { exit 8 }"] },
        { 12, "", ["-Command", "[Environment]::Exit(12)"] },
        { 5, "", ["-Command", "$host.SetShouldExit(5)"] },
        { 5, "", ["-Command", "$host.SetShouldExit(5); 'still here'"] },
        { 1, "", ["-Command", "/bin/false"] },
        { 1, "", ["-Command", "/bin/sh -c 'exit 4'"] },
        { 0, "", ["-Command", "/bin/false; 'after'"] },
        { 1, "", ["-Command", "$x = /bin/sh -c 'exit 3'"] },
        { 1, "", ["-Command", "/bin/sh -c 'exit 3' | ForEach-Object { $_ }"] },
        { 1, "", ["-Command", "$PSNativeCommandUseErrorActionPreference = $true; $ErrorActionPreference = 'Stop'; /bin/false"] },
        { 137, "", ["-Command", "/bin/kill -9 $PID"] },
        { 1, "", ["-Command", "throw 'boo'"] },
        { 0, "", ["-Command", "try { throw 1 } catch { 'caught' }"] },
        { 1, "", ["-Command", "trap { 't'; break } throw 1; 'after'"] },
        { 0, "", ["-Command", "trap { 't'; continue } throw 1; 'after'"] },
        { 1, "", ["-Command", "if ("] },
        { 1, "", ["-Command", "if )"] },
        { 1, "", ["-Command", "Get-Nonsense"] },
        { 0, "", ["-Command", "Get-Nonsense; 'after'"] },
        { 0, "", ["-Command", "Get-Nonsense -ErrorAction Stop; 'after'"] },
        { 1, "", ["-Command", "$ErrorActionPreference = 'Stop'; Get-Nonsense; 'not here'"] },
        { 1, "", ["-Command", "$ErrorActionPreference = 'SilentlyContinue'; throw 1"] },
        { 1, "", ["-Command", "[int] 'x'"] },
        { 1, "", ["-Command", "1/0"] },
        { 0, "", ["-Command", "1/0; 'after'"] },
        { 1, "", ["-Command", "./nosuch"] },
        { 1, "", ["-Command", WritesError] },
        { 0, "", ["-Command", WritesError + "; 'after'"] },
        { 1, "", ["-Command", "1, 2, 3 | ForEach-Object { if ($_ -eq 2) { throw 'two' } $_ }"] },
        { 1, "", ["-Command", "./exit3.ps1"] },
        { 1, "", ["-Command", ". ./exit3.ps1"] },
        { 3, "", ["-Command", "./exit3.ps1; exit $LASTEXITCODE"] },
        { 0, "", ["-Command", "./native-fails.ps1"] },
        { 1, "", ["-Command", "./throw.ps1"] },
        { 64, "", ["-Command"] },
        { 0, "", ["-EncodedCommand", "IgBlAG4AYwAiAA=="] },
        { 64, "", ["-EncodedCommand", "***"] },
        { 0, "", ["-File", "ok.ps1"] },
        { 0, "", ["ok.ps1"] },
        { 3, "", ["-File", "exit3.ps1"] },
        { 3, "", ["-nop", "-noni", "-f", "exit3.ps1"] },
        { 44, "", ["-File", "exit300.ps1"] },
        { 255, "", ["-File", "exit-negative.ps1"] },
        { 0, "", ["-File", "exit-text.ps1"] },
        { 0, "", ["-File", "exit-bare.ps1"] },
        { 4, "", ["-File", "exit-last.ps1"] },
        { 6, "", ["-File", "exit-in-function.ps1"] },
        { 0, "", ["-File", "exit-nested.ps1"] },
        { 0, "", ["-File", "native-fails.ps1"] },
        { 1, "", ["-File", "throw.ps1"] },
        { 1, "", ["-File", "parse.ps1"] },
        { 0, "", ["-File", "not-found.ps1"] },
        { 1, "", ["-File", "not-found-stop.ps1"] },
        { 0, "", ["-File", "write-error.ps1"] },
        { 1, "", ["-File", "terminating.ps1"] },
        { 5, "", ["-File", "should-exit.ps1"] },
        { 0, "", ["-File", "return.ps1"] },
        { 0, "", ["-File", "break.ps1"] },
        { 1, "", ["-File", "typed.ps1", "-N", "abc"] },
        { 9, "", ["-File", "without-extension"] },
        { 64, "", ["-File", "missing.ps1"] },
        { 64, "", ["missing.ps1"] },
        { 64, "", ["-File"] },
        { 64, "", ["-Bogus"] },
        { 0, "1 + 1\n", ["-Command", "-"] },
        { 0, "", ["-Command", "-"] },
        { 4, "exit 4\n'not here'\n", ["-Command", "-"] },
        { 0, "throw 1\n'after'\n", ["-Command", "-"] },
        { 1, "'before'\nthrow 1\n", ["-Command", "-"] },
        { 1, "/bin/false\n", ["-Command", "-"] },
        { 0, "if )\n'after'\n", ["-Command", "-"] },
        { 1, "", ["-NonInteractive", "-File", "mandatory.ps1"] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task The_exit_code_is_that_of_pwsh(int code, string input, string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The table holds commands and codes of Unix.");
        var result = await scripts.Process.RunAsync(arguments, input);
        Assert.True(code == result.ExitCode, $"{result.ExitCode}, not {code}\n{result.Output}\n{result.Error}");
    }

    [Fact]
    public async Task The_table_is_that_of_pwsh_itself()
    {
        var pwsh = ShellProcess.Pwsh;
        Assert.SkipWhen(pwsh is null, "There is no pwsh on this machine.");
        var differences = new List<string>();
        foreach (var row in Table)
        {
            var (code, input, arguments) = row.Data;
            var result = await scripts.Process.RunPwshAsync(pwsh!, arguments, input);
            if (result.ExitCode != code)
            {
                differences.Add($"{string.Join(' ', arguments)}: {result.ExitCode}, not {code}");
            }
        }

        Assert.Empty(differences);
    }
}

using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Shell;

/// <summary>What the shell writes where, what it passes to scripts, and how it reads standard input.</summary>
public sealed class ShellOutputTests(ShellScripts scripts) : IClassFixture<ShellScripts>
{
    [Fact]
    public async Task Errors_go_to_standard_error_and_the_rest_to_standard_output()
    {
        const string Script = """
            function f { [CmdletBinding()] param() $PSCmdlet.WriteWarning('w'); $PSCmdlet.WriteVerbose('v'); $PSCmdlet.WriteDebug('d') }
            $DebugPreference = 'Continue'; f -Verbose; Get-Nonsense; 'text'; $host.UI.WriteLine('host'); $host.UI.WriteErrorLine('line'); throw 'end'
            """;
        var result = await scripts.Process.RunAsync(["-Command", Script]);
        Assert.Equal("WARNING: w\nVERBOSE: v\nDEBUG: d\ntext\nhost\n", result.Output);
        Assert.Contains("Get-Nonsense: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("line\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("Exception: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_are_formatted_as_a_table_of_the_columns_asked_for()
    {
        var result = await scripts.Process.RunAsync(["-Command", "[pscustomobject]@{ Name = 'a'; Size = 1 }, [pscustomobject]@{ Name = 'b'; Size = 22 }"]);
        Assert.Equal("\nName Size\n---- ----\na       1\nb      22\n\n", result.Output);
    }

    [Fact]
    public async Task No_colours_and_no_progress_reach_a_pipe()
    {
        const string Script = """
            $host.UI.WriteProgress(1, [Management.Automation.ProgressRecord]::new(1, 'activity', 'status'))
            "$($PSStyle.Foreground.Red)red$($PSStyle.Reset)"; Get-Nonsense
            """;
        var result = await scripts.Process.RunAsync(["-Command", Script]);
        Assert.Equal("red\n", result.Output);
        Assert.DoesNotContain('\x1b', result.Error);
        Assert.DoesNotContain("activity", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x/False/0/", "x")]
    [InlineData("x/True/4/more,stuff", "-Name", "x", "-S", "-N", "4", "more", "stuff")]
    [InlineData("x/False/4/", "-Name:x", "-S:$false", "-N:4")]
    [InlineData("x/True/0/", "-S:$true", "x")]
    [InlineData("/False/0/-x,5", "-S:false", "-x", "5")]
    [InlineData("x/False/0/", "-Name:", "x")]
    [InlineData("-5/False/0/", "-Name", "-5")]
    [InlineData("a b/False/0/", "a b")]
    public async Task Arguments_bind_as_in_pwsh(string bound, params string[] arguments)
    {
        var result = await scripts.Process.RunAsync(["-File", "arguments.ps1", .. arguments]);
        Assert.Equal(bound + "\n", result.Output);
        if (ShellProcess.Pwsh is { } pwsh)
        {
            Assert.Equal(result.Output, (await scripts.Process.RunPwshAsync(pwsh, ["-File", "arguments.ps1", .. arguments])).Output);
        }
    }

    [Fact]
    public async Task Arguments_are_text_but_for_the_values_of_switches()
    {
        var result = await scripts.Process.RunAsync(["-File", "values.ps1", "a", "-b", "5", "$true", "-c:$true", "@(1,2)", ""]);
        Assert.Equal("String:a\nString:-b\nString:5\nString:$true\nString:-c\nBoolean:True\nString:@(1,2)\nString:\n", result.Output);
    }

    [Theory]
    [InlineData("foreach ($i in 1, 2) {\n  $i\n}\n", "1\n2\n")]
    [InlineData("foreach ($i in 1, 2) {\n  $i\n}\n\n'after'\n", "1\n2\nafter\n")]
    [InlineData("'one'\n'two'", "one\ntwo\n")]
    [InlineData("$x = 1\n$x + 1\n", "2\n")]
    public async Task Statements_on_standard_input_run_one_by_one(string input, string output)
    {
        Assert.Equal(output, (await scripts.Process.RunAsync(["-Command", "-"], input)).Output);
        Assert.Equal(output, (await scripts.Process.RunAsync([], input)).Output);
    }

    [Fact]
    public async Task Lines_on_standard_input_go_to_a_script_that_uses_input()
    {
        Assert.Equal("<a>\n<b>\n", (await scripts.Process.RunAsync(["-File", "input.ps1"], "a\nb\n")).Output);
        Assert.Equal("<a>\n<b>\n", (await scripts.Process.RunAsync(["-Command", "$input | ForEach-Object { \"<$_>\" }"], "a\nb\n")).Output);
    }

    [Theory]
    [InlineData("y\n", "did")]
    [InlineData("\n", "did")]
    [InlineData("nonsense\n?\nN\n", "no")]
    public async Task A_question_is_answered_by_standard_input(string input, string output)
    {
        var result = await scripts.Process.RunAsync(["-File", "confirm.ps1"], input);
        Assert.Equal(output, result.Output.TrimEnd().Split('\n')[^1]);
        Assert.Contains("[Y] Yes  [A] Yes to All  [N] No  [L] No to All", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the input ended", "-File", "confirm.ps1")]
    [InlineData("-NonInteractive", "-NonInteractive", "-File", "confirm.ps1")]
    public async Task A_question_that_nobody_answers_is_no_consent(string reason, params string[] arguments)
    {
        var result = await scripts.Process.RunAsync(arguments);
        Assert.DoesNotContain("did", result.Output, StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_missing_mandatory_value_is_asked_for()
    {
        var result = await scripts.Process.RunAsync(["-File", "mandatory.ps1"], "hello\n");
        Assert.EndsWith("Question: hello\ngot hello\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_module_is_there_and_can_be_imported_by_name_also_in_parallel()
    {
        var result = await scripts.Process.RunAsync(["-Command", "(Get-Module).Name; Import-Module ImagePusher; (Get-Module).Name; 1 | ForEach-Object -Parallel { (Get-Command Get-RegistryOption).ModuleName }"]);
        Assert.Equal("ImagePusher\nImagePusher\nImagePusher\n", result.Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_working_directory_is_entered_before_the_command_runs()
    {
        var folder = scripts.Process.Folder.Folder("with [brackets]");
        var result = await scripts.Process.RunAsync(["-WorkingDirectory", folder, "-Command", "$PWD.Path; [Environment]::CurrentDirectory"]);
        Assert.Equal($"{folder}\n{folder}\n", result.Output);
    }
}

using System.Diagnostics;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Shell;

/// <summary>SIGINT and SIGTERM, sent to the shell as a process.</summary>
public sealed class ShellInterruptTests(ShellScripts scripts) : IClassFixture<ShellScripts>
{
    private const string Loops = "try { 'started'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { [Console]::WriteLine('cleaned') }; 'not here'";
    private const string Hangs = "'started'; [Threading.Thread]::Sleep(600000)";

    [Theory]
    [InlineData("INT", 1)]
    [InlineData("TERM", 143)]
    public async Task A_signal_stops_the_pipeline_and_lets_it_clean_up(string signal, int code)
    {
        using var shell = Start("-Command", Loops);
        await SignalAsync(shell, signal);
        Assert.Equal("cleaned\n", await EndAsync(shell, TimeSpan.FromSeconds(5)));
        Assert.Equal(code, shell.ExitCode);
    }

    [Fact]
    public async Task A_signal_stops_a_script_file()
    {
        scripts.Process.Folder.Write("loops.ps1", Loops);
        using var shell = Start("-File", "loops.ps1");
        await SignalAsync(shell, "INT");
        Assert.Equal("cleaned\n", await EndAsync(shell, TimeSpan.FromSeconds(5)));
        Assert.Equal(1, shell.ExitCode);
    }

    [Fact]
    public async Task A_second_signal_ends_a_pipeline_that_does_not_stop()
    {
        using var shell = Start("-Command", Hangs);
        await SignalAsync(shell, "INT");
        await SignalAsync(shell, "INT", started: true);
        await EndAsync(shell, TimeSpan.FromSeconds(5));
        Assert.Equal(130, shell.ExitCode);
    }

    [Fact]
    public async Task A_signal_stops_one_statement_of_standard_input_and_the_next_runs()
    {
        using var shell = Start("-Command", "-");
        await shell.StandardInput.WriteLineAsync(Loops);
        await SignalAsync(shell, "INT");
        await shell.StandardInput.WriteLineAsync("'next'");
        shell.StandardInput.Close();
        Assert.Equal("cleaned\nnext\n", await EndAsync(shell, TimeSpan.FromSeconds(5)));
        Assert.Equal(0, shell.ExitCode);
    }

    [Fact]
    public async Task A_signal_ends_a_wait_for_input()
    {
        using var shell = Start("-Command", "'started'; $host.UI.ReadLine()");
        await SignalAsync(shell, "INT");
        await EndAsync(shell, TimeSpan.FromSeconds(5));
        Assert.Equal(1, shell.ExitCode);
    }

    private Process Start(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with Linux's kill, and /usr/bin/env sets them.");
        return scripts.Process.Start(arguments);
    }

    /// <summary>Waits until the script says that it has started, then sends the signal.</summary>
    private static async Task SignalAsync(Process shell, string signal, bool started = false)
    {
        var token = TestContext.Current.CancellationToken;
        if (!started)
        {
            Assert.Equal("started", await shell.StandardOutput.ReadLineAsync(token));
        }

        await ExternalTools.RunAsync("sh", ["-c", $"kill -{signal} {shell.Id}"], token);
    }

    /// <summary>The rest of the output; the process must end in time.</summary>
    private static async Task<string> EndAsync(Process shell, TimeSpan limit)
    {
        var rest = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            shell.Kill(entireProcessTree: true);
            Assert.Fail($"The shell did not end within {limit}.");
        }

        return await rest;
    }
}

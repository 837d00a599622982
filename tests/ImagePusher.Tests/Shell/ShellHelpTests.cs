using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Shell;

/// <summary>What -Help says is missing is missing, and nothing else is.</summary>
public sealed class ShellHelpTests(ShellScripts scripts) : IClassFixture<ShellScripts>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Help_and_version_succeed_without_starting_the_engine()
    {
        var help = await scripts.Process.RunAsync(["-Help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.StartsWith("imagepusher: ", help.Output, StringComparison.Ordinal);
        var version = await scripts.Process.RunAsync(["-Version"]);
        Assert.Matches(@"^ImagePusher \d+\.\d+\.\d+ \(PowerShell engine 7\.6\.\d+\)\n$", version.Output);
    }

    [Fact]
    public async Task The_commands_that_help_calls_missing_are_missing()
    {
        var missing = await MissingAsync();
        Assert.Contains("Select-Object", missing);
        Assert.Contains("ConvertTo-SecureString", missing);
        using var engine = new Engine();
        engine["names"] = missing.ToArray();
        Assert.Empty(await engine.OutputAsync("foreach ($name in $names) { Get-Command $name -ErrorAction Ignore | ForEach-Object Name }", Token));
    }

    [Fact]
    public async Task Help_names_all_that_pwsh_has_more()
    {
        var pwsh = ShellProcess.Pwsh;
        Assert.SkipWhen(pwsh is null, "There is no pwsh on this machine.");
        const string InBox = "Get-Command -CommandType Cmdlet, Function -Module Microsoft.PowerShell.Core, Microsoft.PowerShell.Utility, Microsoft.PowerShell.Management, Microsoft.PowerShell.Security, Microsoft.PowerShell.Host | ForEach-Object Name";
        var all = (await scripts.Process.RunPwshAsync(pwsh!, ["-Command", InBox])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var engine = new Engine(withModule: false);
        var own = (await engine.OutputAsync("Get-Command -CommandType Cmdlet, Function | ForEach-Object Name", Token)).Select(name => name.ToString());
        Assert.Equal(all.Except(own, StringComparer.OrdinalIgnoreCase).Order(), (await MissingAsync()).Order());
    }

    [Fact]
    public async Task Each_command_that_help_offers_is_there()
    {
        Assert.Contains("Where-Object, ForEach-Object with -Parallel, Get-Help, Get-Command,", (await scripts.Process.RunAsync(["-Help"])).Output, StringComparison.Ordinal);
        string[] offered = ["Where-Object", "ForEach-Object", "Get-Help", "Get-Command", "Import-Module", "Out-Default", "Out-Host", "Out-Null"];
        using var engine = new Engine(withModule: false);
        engine["names"] = offered;
        Assert.Equal(offered, (await engine.OutputAsync("Get-Command $names | ForEach-Object Name", Token)).Select(name => name.ToString()));
    }

    private Task<IReadOnlyList<string>> MissingAsync() => MissingCommands.ListAsync(scripts.Process);
}

using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pwsh;

/// <summary>The output of pwsh to a terminal, which script(1) provides.</summary>
public sealed class TerminalTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_shows_a_progress_bar_and_removes_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The options of script(1) are those of Linux.");
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "uploads").DripUp(131_072, TimeSpan.FromMilliseconds(40));
        using var images = new SmallImages();
        using var pwsh = new PwshProcess();
        pwsh.Environment["TERM"] = "xterm";
        var push = $"Push-ImageTar '{images.Write("app", 4_000_000)}' -Destination {proxy.Address}";
        pwsh.Folder.Write("push.ps1", $"({push}).Reference; 'end of script'");
        var result = await pwsh.RunInTerminalAsync("-File push.ps1");
        Assert.Contains("Pushing ", result.Output, StringComparison.Ordinal);
        var last = result.Output.LastIndexOf("Pushing ", StringComparison.Ordinal);
        Assert.True(last < result.Output.IndexOf("end of script", StringComparison.Ordinal), "No bar is drawn after the push.");
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_table_has_colored_headings_in_a_terminal_and_none_in_a_pipe()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The options of script(1) are those of Linux.");
        using var pwsh = new PwshProcess();
        pwsh.Environment["TERM"] = "xterm";
        var command = $"Get-ImageTar '{Path.Combine(Repository.Folder, "docs", "examples", "hello.tar")}'";
        pwsh.Folder.Write("list.ps1", command);
        Assert.Contains("\u001b[", (await pwsh.RunInTerminalAsync("-File list.ps1", colors: true)).Output, StringComparison.Ordinal);
        var piped = await pwsh.RunAsync(["-File", "list.ps1"]);
        Assert.Contains("example.com/hello:1.0", piped.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', piped.Output);
    }
}

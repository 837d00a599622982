using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pwsh;

/// <summary>Signals sent to a pwsh whose cmdlet waits for a registry.</summary>
public sealed class InterruptTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly SmallImages _images = new();
    private readonly PwshProcess _pwsh = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-Command", "INT")]
    [InlineData("-File", "INT")]
    public async Task Ctrl_C_stops_the_push_runs_finally_blocks_and_skips_the_rest_of_the_script(string start, string signal)
    {
        var (output, _) = await RunAsync(start, signal);
        Assert.Contains("cleaned", output, StringComparison.Ordinal);
        Assert.DoesNotContain("not reached", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_the_process_during_a_push()
    {
        var (output, code) = await RunAsync("-Command", "TERM");
        Assert.DoesNotContain("not reached", output, StringComparison.Ordinal);
        Assert.Equal(143, code);
    }

    public void Dispose()
    {
        _pwsh.Dispose();
        _images.Dispose();
    }

    /// <summary>Runs a push that a proxy stalls within a layer, and then sends the signal.</summary>
    private async Task<(string Output, int ExitCode)> RunAsync(string start, string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with kill and set with /usr/bin/env of Linux.");
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        var standstill = proxy.On("PATCH|PUT", "uploads").StallUp(1_000_000);
        var push = $"Push-ImageTar '{_images.Write("app", 4_000_000)}' -Destination {proxy.Address}";
        var script = $"try {{ {push} }} finally {{ [Console]::WriteLine('cleaned') }}; 'not reached'";
        _pwsh.Folder.Write("push.ps1", script);
        using var process = _pwsh.Start(start, start == "-File" ? "push.ps1" : script);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var errors = process.StandardError.ReadToEndAsync(Token);
        try
        {
            await standstill.Reached.WaitAsync(Limit, Token);
            await ExternalTools.RunAsync("sh", ["-c", $"kill -{signal} {process.Id}"], Token);
            await process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            proxy.Release();
        }

        return (await output + await errors, process.ExitCode);
    }
}

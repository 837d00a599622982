using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>A push from a tar makes no copy of it: the process may not write files of more than 64 KiB, and the system ends it if it
/// tries.</summary>
public sealed class TemporaryCopyTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_uncompressed_tar_is_pushed_without_a_temporary_copy()
    {
        var (result, sent) = await PushAsync(compress: false);
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal(1, sent);
    }

    [Fact]
    public async Task A_compressed_tar_needs_space_for_an_uncompressed_copy()
    {
        var (result, sent) = await PushAsync(compress: true);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(0, sent);
    }

    /// <summary>Pushes an image with a layer of 2 MB in pwsh and returns the number of large blobs in the registry.</summary>
    private async Task<(ToolResult Result, int Sent)> PushAsync(bool compress)
    {
        var registry = await registries.OpenAsync(Token);
        using var images = new SmallImages();
        using var shell = new PwshProcess();
        var tar = images.Write("app", 2_000_000);
        if (compress)
        {
            await ExternalTools.RunAsync("gzip", [tar], Token);
            tar += ".gz";
        }

        // The runtime would also write its machine code, and a profile of the start of PowerShell, to files.
        shell.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        shell.Environment["DOTNET_MultiCoreJitNoProfileGather"] = "1";
        var result = await shell.RunLimitedAsync(128,
            ["-Command", $"$null = Push-ImageTar '{tar}' -Destination {registry.Address} -ErrorAction Stop"]);
        return (result, registry.Blobs().Values.Count(blob => blob.Length > 1_000_000));
    }
}

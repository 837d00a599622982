using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>-Path - is the tar on the standard input of the process.</summary>
public sealed class StandardInputTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly PwshProcess _shell = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc")]
    public async Task A_tar_is_imported_and_its_temporary_file_is_gone_at_the_end(string pack)
    {
        var temp = _shell.Folder.Folder("temp");
        var result = await RunAsync(
            $"{pack} '{_images.Write("app", 2_000_000)}' | TMPDIR='{temp}' \"$0\" -Command \"Import-ImageTar - -Verbose; "
                + "Test-CachedImage * -Full -Quiet\"");
        Assert.Contains("example.com/app:1", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("True", result.Output.TrimEnd(), StringComparison.Ordinal);

        // Once: what is not seekable is written to one temporary file, and read from there however many layers there are.
        Assert.Single(result.Output.Split('\n'), line => line.Contains("is written to the temporary file", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(temp));
    }

    [Fact]
    public async Task A_tar_is_pushed_and_listed()
    {
        var registry = await registries.OpenAsync(Token);
        var tar = _images.Write("app");
        var pushed = await RunAsync($"\"$0\" -Command \"(Push-ImageTar - -Destination {registry.Address}).Digest\" < '{tar}'");
        Assert.Equal((await RawManifest.OfRegistryAsync(registry, "app", "1", Token)).Digest, pushed.Output.Trim());
        Assert.Equal("example.com/app:1 docker-save",
            (await RunAsync(
                $"\"$0\" -Command \"Get-ImageTar - | ForEach-Object {{ \\$_.Reference + ' ' + \\$_.Format }}\" < '{tar}'")).Output.Trim());
    }

    [Fact]
    public async Task A_script_file_reads_it_too()
    {
        _shell.Folder.Write("import.ps1", "(Import-ImageTar -).Reference");
        Assert.Equal("example.com/app:1", (await RunAsync($"\"$0\" -File import.ps1 < '{_images.Write("app")}'")).Output.Trim());
    }

    [Theory]
    [InlineData("printf ''", "standard input")]
    [InlineData("echo no tar", "standard input")]
    [InlineData("head -c 4000 '{0}'", "truncated")]
    public async Task Standard_input_that_is_not_a_tar_is_one_error_with_its_origin(string input, string mention)
    {
        var command = input.Replace("{0}", _images.Write("app"), StringComparison.Ordinal);
        var result = await _shell.RunPipelineAsync($"{command} | \"$0\" -Command \"Import-ImageTar -; \\$Error[0].FullyQualifiedErrorId\"");
        Assert.StartsWith("InvalidImageArchive,", result.Output, StringComparison.Ordinal);
        Assert.Contains("standard input", result.Error, StringComparison.Ordinal);
        Assert.Contains(mention, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_wait_for_a_stalled_tar()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with Linux's kill.");
        using var shell = _shell.Start("-Command",
            "try { Import-ImageTar - -Verbose } finally { [Console]::WriteLine('cleaned') }; 'not here'");
        await shell.StandardInput.BaseStream.WriteAsync((await File.ReadAllBytesAsync(_images.Write("app"), Token)).AsMemory(0, 4000),
            Token);
        await shell.StandardInput.BaseStream.FlushAsync(Token);

        // It has begun to read, and waits for the rest.
        while (await shell.StandardOutput.ReadLineAsync(Token) is { } line && !line.Contains("temporary file", StringComparison.Ordinal))
        {
        }

        await ExternalTools.RunAsync("sh", ["-c", $"kill -INT {shell.Id}"], Token);
        var rest = shell.StandardOutput.ReadToEndAsync(Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await shell.WaitForExitAsync(limit.Token);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }

        Assert.Equal(["cleaned"], (await rest).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith(' ')));
    }

    public void Dispose()
    {
        _shell.Dispose();
        _images.Dispose();
    }

    private async Task<ToolResult> RunAsync(string command)
    {
        var result = await _shell.RunPipelineAsync(command);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}

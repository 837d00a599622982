using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Discovery;

/// <summary>Images are loaded into podman by its docker-compatible API, and what an engine reports reaches the user.</summary>
public sealed class SendImageToEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();
    private readonly Engine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Send-ImageToEngine -Path $tar -EngineHost $service")]
    [InlineData("Send-ImageToEngine -LiteralPath $tar -EngineHost $service")]
    [InlineData("$null = Import-ImageTar $tar; 'example.com/app:1' | Send-ImageToEngine -EngineHost $service")]
    [InlineData("Import-ImageTar $tar | Send-ImageToEngine -EngineHost $service")]
    [InlineData("Import-ImageTar $tar -Compression Zstd | Send-ImageToEngine -EngineHost $service")]
    [InlineData("$env:DOCKER_HOST = $service; try { Send-ImageToEngine -Path $tar } finally { $env:DOCKER_HOST = $null }")]
    public async Task Podman_loads_an_image_from_the_cache_and_from_an_archive(string script)
    {
        ExternalTools.Require("podman");
        var socket = _folder["podman.sock"];
        var podman = new PodmanStore(_folder["store"]);
        await using (var service = podman.Serve(socket))
        {
            await WaitForAsync(socket, service);
            _engine["tar"] = _images.Write("app");
            _engine["service"] = $"unix://{socket}";
            var sent = Assert.Single(await _engine.OutputAsync(script, Token));
            Assert.Contains(sent.ToString(), (string)sent.Properties["Message"].Value, StringComparison.Ordinal);
            Assert.True((long)sent.Properties["BytesSent"].Value > 0);
            Assert.Equal([sent.ToString()], await podman.NamesAsync(Token));
            _engine["name"] = sent.ToString();
            var expected = await _engine.OutputAsync("(Import-ImageTar $tar -Compression None).Reference", Token);
            Assert.Equal(expected.Select(name => name.ToString()), [sent.ToString()]);
            Assert.NotEmpty(await podman.DiffIdsAsync(sent.ToString()!, Token));
        }

        await podman.EmptyAsync(Token);
    }

    [Fact]
    public async Task What_is_sent_is_a_docker_archive_that_is_written_while_it_is_read()
    {
        await using var engine = FakeEngine.Start();
        _engine["tar"] = _images.Write("app");
        _engine["service"] = engine.Address;
        await _engine.OutputAsync("Import-ImageTar $tar | Send-ImageToEngine -EngineHost $service", Token);
        Assert.Equal(["/images/load?quiet=1"], engine.Requests);

        var tar = Path.Combine(_folder.FullName, "received.tar");
        await File.WriteAllBytesAsync(tar, engine.Received, Token);
        _engine["received"] = tar;
        var entry = Assert.Single(await _engine.OutputAsync("Get-ImageTar $received", Token));
        Assert.Equal("docker-save", entry.Properties["Format"].Value);
        Assert.True((bool)entry.Properties["IsComplete"].Value);
    }

    [Theory]
    [InlineData(200, "{\"stream\":\"Loading\"}\n{\"errorDetail\":{\"message\":\"no space left on device\"},\"error\":\"no space left on device\"}\n", "no space left on device")]
    [InlineData(500, "{\"message\":\"the daemon is shutting down\"}\n", "the daemon is shutting down")]
    [InlineData(502, "<html>Bad Gateway</html>", "Bad Gateway")]
    [InlineData(503, "", "it answered 503")]
    [InlineData(200, "{\"error\":\"\\u001b[31mred\"}", "\\u001B[31mred")]
    public async Task What_the_engine_reports_is_the_error(int status, string answer, string expected)
    {
        await using var engine = FakeEngine.Start();
        (engine.Status, engine.Answer) = (status, answer);
        _engine["tar"] = _images.Write("app");
        _engine["service"] = engine.Address;
        var run = await _engine.RunAsync("Send-ImageToEngine -Path $tar -EngineHost $service", Token);
        var error = run.SingleError();
        Assert.Equal("EngineFailed", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains(expected, error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task An_image_that_is_damaged_is_its_own_error_and_not_one_of_the_engine()
    {
        await using var engine = FakeEngine.Start();
        var layer = SmallImages.LayerOf("app");
        _engine["tar"] = _images.Write("damaged", DockerSave.Of("localhost/app:1", layer).WithDamagedLayer(layer).ToArray());
        _engine["service"] = engine.Address;
        var run = await _engine.RunAsync("Send-ImageToEngine -Path $tar -EngineHost $service", Token);
        Assert.Equal("DigestMismatch", run.SingleError().FullyQualifiedErrorId.Split(',')[0]);
    }

    [Theory]
    [InlineData("unix:///nowhere/engine.sock", "EngineFailed")]
    [InlineData("tcp://localhost:1", "EngineFailed")]
    [InlineData("ssh://host", "InvalidOption")]
    [InlineData("npipe://x", "InvalidOption")]
    [InlineData("tcp://", "InvalidOption")]
    public async Task An_engine_that_can_not_be_reached_is_an_error_and_so_is_a_malformed_address(string address, string id)
    {
        _engine["tar"] = _images.Write("app");
        _engine["service"] = address;
        var run = await _engine.RunAsync("Send-ImageToEngine -Path $tar -EngineHost $service", Token);
        Assert.Equal(id, Assert.Single(run.AllErrors).FullyQualifiedErrorId.Split(',')[0]);
    }

    private static async Task WaitForAsync(string socket, ServerProcess service)
    {
        var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(socket)!, Path.GetFileName(socket));
        watcher.Created += (_, _) => created.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (!File.Exists(socket))
        {
            var ended = service.WaitForExitAsync(Token);
            Assert.True(await Task.WhenAny(created.Task, ended) == created.Task, service.Log);
        }
    }
}

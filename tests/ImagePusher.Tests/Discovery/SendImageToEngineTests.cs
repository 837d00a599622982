using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Discovery;

/// <summary>Images are loaded into podman with its Docker-compatible API, and messages of an engine are shown to the user.</summary>
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

    [Theory]
    [InlineData("Send-ImageToEngine -Path $tar -EngineHost $service -Verbose")]
    [InlineData("Send-ImageToEngine -Path $tar -EngineHost $service -WhatIf")]
    [InlineData("Send-ImageToEngine -Path $tar -EngineHost 'tcp://bob:S3cret@localhost:1' -Verbose")]
    public async Task Credentials_in_the_address_of_an_engine_are_not_shown(string script)
    {
        await using var engine = FakeEngine.Start();
        _engine["tar"] = _images.Write("app");
        _engine["service"] = engine.Address.Replace("//", "//bob:S3cret@", StringComparison.Ordinal);
        var outcome = await _engine.RunAsync(script + " | Format-List * | Out-String", Token);
        var texts = outcome.Output.Select(item => item.ToString()!).Concat(outcome.Verbose).Append(outcome.Text)
            .Concat(outcome.AllErrors.SelectMany(error => new[] { error.ToString(), error.Exception.ToString() })).ToList();
        Assert.Contains(texts, text => text.Contains("***@localhost", StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotContain("S3cret", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"error\":\"\\ud800 x\"}")]
    [InlineData("{\"stream\":\"\\udc00\"}\n{\"\\ud800\":1,\"error\":\"no\"}")]
    [InlineData("{\"status\":\"\\ud800\"}\n[1]\nnull\n\"x\"\n{\"error\":\"no\"}")]
    public async Task A_response_that_is_not_Unicode_text_is_a_typed_error(string answer)
    {
        await using var engine = FakeEngine.Start();
        engine.Answer = answer;
        _engine["tar"] = _images.Write("app");
        _engine["service"] = engine.Address;
        var error = (await _engine.RunAsync("Send-ImageToEngine -Path $tar -EngineHost $service", Token)).SingleError();
        Assert.StartsWith("EngineFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docker_archive_is_sent_while_its_layers_are_read()
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
    [InlineData(200, "{\"stream\":\"Loading\"}\n{\"errorDetail\":{\"message\":\"no space left on device\"},\"error\":\"no space left on "
        + "device\"}\n", "no space left on device")]
    [InlineData(500, "{\"message\":\"the daemon is shutting down\"}\n", "the daemon is shutting down")]
    [InlineData(502, "<html>Bad Gateway</html>", "Bad Gateway")]
    [InlineData(503, "", "it responded with 503")]
    [InlineData(200, "{\"error\":\"\\u001b[31mred\"}", "\\u001B[31mred")]
    public async Task An_error_of_the_engine_is_reported(int status, string answer, string expected)
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

    [Theory]
    [InlineData("Get-ImageTar $tar, $second | Send-ImageToEngine -EngineHost $service")]
    [InlineData("Get-ChildItem $folder/*.tar | Send-ImageToEngine -EngineHost $service")]
    [InlineData("Send-ImageToEngine -Path $folder/*.tar -EngineHost $service")]
    [InlineData("Send-ImageToEngine -LiteralPath $tar, $second -EngineHost $service")]
    [InlineData("Import-ImageTar $tar, $second | Send-ImageToEngine -EngineHost $service")]
    public async Task Several_archives_and_images_are_several_loads(string script)
    {
        await using var engine = FakeEngine.Start();
        (_engine["tar"], _engine["second"]) = (_images.Write("app"), _images.Write("tool"));
        (_engine["folder"], _engine["service"]) = (Path.GetDirectoryName((string)_engine["tar"]!), engine.Address);
        var sent = await _engine.OutputAsync(script, Token);
        Assert.Equal(2, sent.Select(image => image.ToString()).Distinct().Count());
        Assert.Equal(2, engine.Requests.Count);
    }

    [Fact]
    public async Task Piped_objects_select_images_of_an_archive()
    {
        await using var engine = FakeEngine.Start();
        (_engine["tar"], _engine["service"]) = (_images.Write("app"), engine.Address);
        await _engine.OutputAsync(
            "Import-ImageTar $tar -Reference localhost/one:1 | Out-Null; Import-ImageTar $tar -Reference localhost/two:2 | Out-Null",
            Token);
        _engine["both"] = _folder["both.tar"];
        await _engine.OutputAsync("'localhost/one:1', 'localhost/two:2' | Export-ImageTar -Path $both", Token);
        var sent = await _engine.OutputAsync(
            "Get-ImageTar $both | Where-Object Reference -like '*two*' | Send-ImageToEngine -EngineHost $service", Token);
        Assert.Equal("localhost/two:2", Assert.Single(sent).ToString());
    }

    [Theory]
    [InlineData("Send-ImageToEngine -Path $tar")]
    [InlineData("Get-ImageTar $tar | Send-ImageToEngine")]
    [InlineData("Import-ImageTar $tar | Send-ImageToEngine")]
    public async Task A_signature_policy_decides_what_is_loaded(string script)
    {
        await using var engine = FakeEngine.Start();
        (_engine["tar"], _engine["service"]) = (_images.Write("app"), engine.Address);
        _engine["reject"] = _folder.Write("reject.json", """{"default":[{"type":"reject"}]}""");
        _engine["accept"] = _folder.Write("accept.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        var run = await _engine.RunAsync($"{script} -EngineHost $service -SignaturePolicy $reject", Token);
        Assert.StartsWith("SignatureRejected", run.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.Single(await _engine.OutputAsync($"{script} -EngineHost $service -SignaturePolicy $accept", Token));
    }

    // On systems without named pipes, .NET uses sockets with their names: the data path is the same.
    [Theory]
    [InlineData("npipe:////./pipe/")]
    [InlineData(@"npipe://\\.\pipe\")]
    public async Task An_engine_is_reached_by_its_named_pipe(string prefix)
    {
        var name = $"imagepusher-{Guid.NewGuid():N}";
        await using var pipe = new System.IO.Pipes.NamedPipeServerStream(
            name, System.IO.Pipes.PipeDirection.InOut, 1, System.IO.Pipes.PipeTransmissionMode.Byte,
            System.IO.Pipes.PipeOptions.Asynchronous);
        var served = ServeAsync(pipe);
        (_engine["tar"], _engine["service"]) = (_images.Write("app"), prefix + name);
        var sent = Assert.Single(await _engine.OutputAsync("Send-ImageToEngine -Path $tar -EngineHost $service", Token));
        Assert.Equal("Loaded image: app", sent.Properties["Message"].Value);
        Assert.StartsWith("POST /images/load?quiet=1 HTTP/1.1\r\n", await served, StringComparison.Ordinal);
    }

    private static async Task<string> ServeAsync(System.IO.Pipes.NamedPipeServerStream pipe)
    {
        await pipe.WaitForConnectionAsync(Token);
        var received = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        while (!received.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            received.Append(System.Text.Encoding.Latin1.GetString(buffer, 0, await pipe.ReadAsync(buffer, Token)));
        }

        const string Body = "{\"stream\":\"Loaded image: app\\n\"}\n";
        await pipe.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"), Token);
        return received.ToString();
    }

    [Fact]
    public async Task A_damaged_image_is_its_own_error_and_not_one_of_the_engine()
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

using System.Net;
using System.Net.Sockets;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Errors;

/// <summary>Registries that refuse, lack, or are no registries: one clear error that names the registry or reference.</summary>
public sealed class BadRegistryTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All requests to a registry.</summary>
    public static TheoryData<string> Calls =>
    [
        "Get-RegistryManifest $registry/good:1",
        "Save-ImageToCache $registry/good:1",
        "Push-ImageTar $tar -Destination $registry",
        "Push-CachedImage example.com/good:1 -Destination $registry",
        "Get-CachedImage | Push-CachedImage -Destination $registry",
        "Copy-RegistryImage $registry/good:1 -Destination $registry/copy:1",
        "Get-RegistryTag $registry/good",
    ];

    [Theory, MemberData(nameof(Calls))]
    public async Task No_server_listens(string script)
    {
        using var engine = await EngineAsync(FreeAddress());
        await engine.FailsAsync($"{script} -MaximumRetryCount 0", "RegistryUnreachable", (string)engine["registry"]!);
    }

    [Fact]
    public async Task No_server_listens_for_Connect_Registry()
    {
        using var engine = await EngineAsync(FreeAddress());
        await engine.FailsAsync("Set-RegistryOption $registry -MaximumRetryCount 0; Connect-Registry $registry", "RegistryUnreachable",
            (string)engine["registry"]!);
        Assert.Empty(await engine.OutputAsync("Get-RegistryConnection", Token));
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task A_web_page_is_the_response(string script)
    {
        await using var server = LoopbackServer.Start(
            exchange => exchange.RespondAsync(200, "<!doctype html><html><title>Sign in</title><body>Please.</body></html>",
                "text/html; charset=utf-8"));
        using var engine = await EngineAsync(server.Address);
        await engine.FailsAsync($"{script} -MaximumRetryCount 0", "RegistryProtocol", server.Address);
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task The_password_is_wrong(string script)
    {
        const string secret = "not the pass word";
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        engine["credential"] = RegistryFixture.CredentialOf(RegistryFixture.User, secret);
        var outcome = await engine.FailsAsync($"{script} -Credential $credential -Verbose -Debug", "RegistryUnauthorized",
            registry.Address);
        var said = string.Join('\n',
            [.. outcome.Verbose, .. outcome.Debug, .. outcome.Warnings, outcome.Text, outcome.SingleError().ToString()]);
        Assert.NotEmpty(outcome.Debug);
        Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{RegistryFixture.User}:{secret}")), said,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_for_Connect_Registry_is_wrong_and_nothing_is_kept()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        engine["credential"] = RegistryFixture.CredentialOf(RegistryFixture.User, "wrong");
        await engine.FailsAsync("Connect-Registry $registry -Credential $credential", "RegistryUnauthorized", registry.Address);
        Assert.Empty(await engine.OutputAsync("Get-RegistryConnection", Token));
        await engine.FailsAsync("Get-RegistryTag $registry/good", "RegistryUnauthorized", registry.Address);
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task No_password_is_given(string script)
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        await engine.FailsAsync(script, "RegistryUnauthorized", registry.Address);
    }

    [Theory]
    [InlineData("Get-RegistryManifest $registry/good:unknown")]
    [InlineData("Save-ImageToCache $registry/good:unknown")]
    [InlineData("Copy-RegistryImage $registry/good:unknown -Destination $registry/copy/")]
    [InlineData("Get-RegistryManifest $registry/good@sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")]
    public async Task A_tag_or_digest_is_unknown(string script)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        await engine.FailsAsync(script, "ManifestNotFound", $"{registry.Address}/good");
    }

    [Theory]
    [InlineData("Push-CachedImage unknown:1 -Destination $registry")]
    [InlineData("Test-CachedImage unknown:1")]
    [InlineData("Remove-CachedImage unknown:1")]
    [InlineData("Get-CachedImage unknown:1")]
    [InlineData("Export-ImageTar unknown:1 -Path ($tar + '.new')")]
    public async Task A_name_is_not_in_the_cache(string script)
    {
        using var engine = await EngineAsync("localhost:1");
        await engine.FailsAsync(script, "ImageNotCached", "docker.io/library/unknown:1");
    }

    [Theory]
    [InlineData("Get-RegistryManifest 'no reference'")]
    [InlineData("Save-ImageToCache UPPER/case")]
    [InlineData("Get-CachedImage 'a b'")]
    [InlineData("Push-CachedImage 'a b' -Destination localhost:1")]
    [InlineData("Copy-RegistryImage 'a b' -Destination localhost:1")]
    public async Task The_text_is_not_a_reference(string script)
    {
        using var engine = await EngineAsync("localhost:1");
        await engine.FailsAsync(script, "InvalidReference");
    }

    [Fact]
    public async Task A_cached_image_with_a_missing_blob_is_not_pushed()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        var layer = RawManifest.OfLayout(engine.CachePath, "example.com/good:1").Layers[0];
        File.Delete(RawManifest.BlobOfLayout(engine.CachePath, layer));
        await engine.FailsAsync("Push-CachedImage example.com/good:1 -Destination $registry", "IncompleteImage", layer);
        Assert.Equal(0, await registry.CountAsync("PUT", "/manifests/", Token));
    }

    [Fact]
    public async Task A_cached_image_whose_blob_is_damaged_is_not_pushed()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        var layer = RawManifest.OfLayout(engine.CachePath, "example.com/good:1").Layers[0];
        var file = RawManifest.BlobOfLayout(engine.CachePath, layer);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        await engine.FailsAsync("Push-CachedImage example.com/good:1 -Destination $registry", "DigestMismatch", layer);
        Assert.Equal(0, await registry.CountAsync("PUT", "/manifests/", Token));
    }

    [Fact]
    public async Task An_image_with_a_blob_that_is_missing_in_the_registry_is_not_saved()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        var result = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token);
        var layer = (await RawManifest.OfRegistryAsync(registry, "good", "1", Token)).Layers[0];
        registry.Blobs()[layer].Delete();
        await engine.OutputAsync("Get-CachedImage | Remove-CachedImage; Clear-ImageCache -Confirm:$false", Token);

        // Its other blobs may have come before: they stay for the next try, and nothing names them.
        var error = (await engine.RunAsync("Save-ImageToCache $registry/good:1", Token)).SingleError();
        Assert.StartsWith("RegistryProtocol,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(layer, error.Exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task One_invalid_input_of_three_does_not_stop_the_other_two()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        engine["third"] = _images.Write("third");
        await engine.OutputAsync("Import-ImageTar $third; Push-ImageTar $tar, $third -Destination $registry", Token);
        foreach (var script in new[]
        {
            "Push-CachedImage example.com/good:1, unknown:1, example.com/third:1 -Destination $registry",
            "'example.com/good:1', 'unknown:1', 'example.com/third:1' | Push-CachedImage -Destination $registry",
            "Save-ImageToCache $registry/good:1, $registry/unknown:1, $registry/third:1",
            "\"$registry/good:1\", \"$registry/unknown:1\", \"$registry/third:1\" | Get-RegistryManifest",
            "Save-ImageToCache $registry/good:1, 'no reference', $registry/third:1",
        })
        {
            var outcome = await engine.RunAsync(script, Token);
            Assert.Null(outcome.Terminating);
            outcome.SingleError();
            Assert.Equal(["good:1", "third:1"], outcome.Output.Select(result => ((string)((dynamic)result).Reference).Split('/')[^1]));
        }
    }

    [Fact]
    public async Task A_DOCKER_CONFIG_that_is_set_in_the_session_is_used()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync(registry.Address);
        await engine.FailsAsync("Get-RegistryTag $registry/good", "RegistryUnauthorized", registry.Address);
        var auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(RegistryFixture.UserAndPassword));
        engine["folder"] = _images["docker"];
        _images.Write(Path.Combine("docker", "config.json"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { auths = new Dictionary<string, object> { [registry.Address] = new { auth } } }));
        Assert.Equal("1", (await engine.SingleAsync(
            "$env:DOCKER_CONFIG = $folder; $null = Push-ImageTar $tar -Destination $registry; Get-RegistryTag $registry/good", Token)).Tag);
    }

    public void Dispose() => _images.Dispose();

    private async Task<Engine> EngineAsync(string registry)
    {
        var engine = new Engine { ["tar"] = _images.Write("good"), ["registry"] = registry };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        return engine;
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}

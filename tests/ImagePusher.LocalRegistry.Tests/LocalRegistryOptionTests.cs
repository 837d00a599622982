using System.Net;
using System.Reflection;
using System.Net.Sockets;
using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class LocalRegistryOptionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_registry_reports_its_address_and_counts_its_requests()
    {
        var before = DateTimeOffset.UtcNow;
        await using var running = await RunningRegistry.StartAsync();
        var registry = running.Registry;
        Assert.Equal($"localhost:{registry.Port}", registry.Address);
        Assert.InRange(registry.Port, 1, 65535);
        Assert.InRange(registry.Started, before, DateTimeOffset.UtcNow);
        Assert.Same(running.Cache, registry.Cache);
        Assert.False(registry.IsReadOnly);
        var answer = (await running.GetAsync("/v2/")).Is(HttpStatusCode.OK);
        Assert.Equal(("{}", "registry/2.0"), (answer.Text, answer["Docker-Distribution-API-Version"]));
        Assert.Equal(1, registry.Requests);
    }

    [Fact]
    public async Task Every_loopback_name_of_this_machine_is_accepted()
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var host in new[] { "localhost", "127.0.0.1", "[::1]" }.Where(host => host != "[::1]" || Socket.OSSupportsIPv6))
        {
            using var answer = await registry.Client.GetAsync(new Uri($"http://{host}:{registry.Registry.Port}/v2/"), Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_read_only_registry_serves_and_denies_every_change()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var layer = Http.RandomBytes(1000);
        var image = await registry.PushImageAsync("1", layers: layer);
        await registry.RestartAsync(options => options with { ReadOnly = true });
        Assert.True(registry.Registry.IsReadOnly);
        Assert.Equal(image.Manifest, (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK).Body);
        Assert.Equal(layer, (await registry.GetAsync($"/v2/team/app/blobs/{Http.DigestOf(layer)}")).Is(HttpStatusCode.OK).Body);
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{Http.DigestOf(layer)}")).Is(HttpStatusCode.OK);
        foreach (var (method, path) in new[]
        {
            ("POST", "/v2/team/app/blobs/uploads/"), ("POST", $"/v2/team/app/blobs/uploads/?mount={Http.DigestOf(layer)}&from=a"),
            ("PATCH", $"/v2/team/app/blobs/uploads/{Guid.NewGuid()}"), ("PUT", "/v2/team/app/manifests/2"),
            ("DELETE", "/v2/team/app/manifests/1"), ("DELETE", $"/v2/team/app/blobs/{Http.DigestOf(layer)}"),
        })
        {
            Assert.Equal("GET, HEAD",
                (await registry.SendAsync(method, path, [])).IsError(HttpStatusCode.MethodNotAllowed, "DENIED")["Allow"]);
        }

        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_credential_every_request_needs_it()
    {
        await using var registry =
            await RunningRegistry.StartAsync(options => options with { Credential = new NetworkCredential("käthe", "p:ä ss") });
        foreach (var path in new[] { "/v2/", "/v2/_catalog", "/v2/a/manifests/1", "/nothing" })
        {
            var refused = (await registry.GetAsync(path)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
            Assert.StartsWith("Basic realm=", refused["WWW-Authenticate"], StringComparison.Ordinal);
        }

        foreach (var header in new[] { "Basic", "Basic !!!", "Bearer abc", Http.Basic("käthe", "p:ä s").ToString(),
            Http.Basic("KÄTHE", "p:ä ss").ToString(), Http.Basic("", "").ToString() })
        {
            (await registry.GetAsync("/v2/", ("Authorization", header))).Is(HttpStatusCode.Unauthorized);
        }

        registry.Client.DefaultRequestHeaders.Authorization = Http.Basic("käthe", "p:ä ss");
        await registry.PushImageAsync("1", layers: Http.RandomBytes(100));
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
        Assert.DoesNotContain(registry.Log.Messages, line => line.Contains("p:ä ss", StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_is_compared_in_constant_time()
    {
        var compare = typeof(HttpServer.BasicAuthentication).GetMethod("IsExpected", BindingFlags.NonPublic | BindingFlags.Instance)!;
        var code = compare.GetMethodBody()!.GetILAsByteArray()!;

        // 0x28 is a call of the method whose token follows.
        var called = Enumerable.Range(0, code.Length - 4).Where(at => code[at] == 0x28).Select(at => BitConverter.ToInt32(code, at + 1))
            .Where(token => token >> 24 is 0x06 or 0x0A).Select(token => Resolve(compare.Module, token)).OfType<string>().ToList();
        Assert.Contains(nameof(System.Security.Cryptography.CryptographicOperations.FixedTimeEquals), called);
        Assert.DoesNotContain(called, name => name is "op_Equality" or "Equals" or "SequenceEqual");

        static string? Resolve(Module module, int token)
        {
            try
            {
                return module.ResolveMethod(token)?.Name;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task Other_machines_are_allowed_only_if_it_is_safe_or_explicit()
    {
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"]);
        var refused = await Assert.ThrowsAsync<RegistryDeniedException>(
            () => LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 0, Listen = "0.0.0.0" }, Token));
        Assert.Contains("0.0.0.0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("read-only", refused.RecommendedAction, StringComparison.Ordinal);
        foreach (var options in new[]
        {
            new LocalRegistryOptions { Listen = "*", ReadOnly = true },
            new LocalRegistryOptions { Listen = "0.0.0.0", AllowAnonymousWrite = true },
            new LocalRegistryOptions { Listen = "*", Credential = new NetworkCredential("a", "b") },
            new LocalRegistryOptions { Listen = "127.0.0.1" }, new LocalRegistryOptions { Listen = "localhost" },
        })
        {
            await using var registry = await LocalRegistryServer.StartAsync(cache, options with { Port = 0 }, Token);
            Assert.Equal($"localhost:{registry.Port}", registry.Address);
            using var client = Http.NewClient();
            using var answer = await client.GetAsync(new Uri($"http://{registry.Address}/v2/"), Token);
            Assert.Equal(options.Credential is null ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_port_in_use_or_a_foreign_address_is_RegistryUnavailable()
    {
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"]);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var taken = await Assert.ThrowsAsync<RegistryUnavailableException>(
            () => LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = port }, Token));
        Assert.Contains($":{port}", taken.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RegistryUnavailableException>(
            () => LocalRegistryServer.StartAsync(cache,
                new LocalRegistryOptions { Port = 0, Listen = "no-such-host.invalid", ReadOnly = true }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 65536 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = -1 }, Token));
    }

    [Fact]
    public async Task Two_registries_share_a_cache_and_a_stopped_one_frees_its_port()
    {
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"]);
        var first = await LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 0 }, Token);
        await using var second = await LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 0 }, Token);
        Assert.NotEqual(first.Port, second.Port);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var again = await LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = first.Port }, Token);
        Assert.Equal(first.Port, again.Port);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_read_is_500_and_the_registry_keeps_running()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushImageAsync("1");
        var index = Path.Combine(registry.Cache.Path, "index.json");
        var good = await File.ReadAllTextAsync(index, Token);
        await File.WriteAllTextAsync(index, "{", Token);
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.InternalServerError, "UNKNOWN");
        Assert.NotEmpty(registry.Log.Warnings);
        await File.WriteAllTextAsync(index, good, Token);
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
    }
}

using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pipeline;

/// <summary>Several runspaces of a process, thread jobs, and other processes: their shared state and the absence of conflicts.</summary>
public sealed class ParallelTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_concurrent_runspaces_share_the_cache_and_send_each_blob_once()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "/blobs/").DripUp(65_536, TimeSpan.FromMilliseconds(5));
        var tars = Enumerable.Range(0, 12).Select(number => _images.Write(
            $"app{number}.tar", DockerSave.Of($"example.com/app{number}:1", SmallImages.LayerOf("shared", 300_000),
                SmallImages.LayerOf($"own {number}")).ToArray())).ToArray();
        using var one = new Engine { ["tars"] = tars, ["registry"] = proxy.Address };
        using var two = new Engine(one.CachePath) { ["tars"] = tars, ["registry"] = proxy.Address };
        var outcomes = await Task.WhenAll(
            one.RunAsync("Import-ImageTar $tars | Push-CachedImage -Destination $registry", Token),
            two.RunAsync("Import-ImageTar $tars | Push-CachedImage -Destination $registry", Token));
        var digests = outcomes.Select(outcome => outcome.WithoutErrors().Output.Select(result => (string)((dynamic)result).Digest).ToList())
            .ToList();
        Assert.Equal(12, digests[0].Count);
        Assert.Equal(digests[0], digests[1]);

        // It does not matter which one sent a blob, but it was sent once. docker-registry ends each upload with a PUT.
        Assert.All(proxy.RequestsOf("PUT", "/blobs/uploads/").Where(request => request.Status == 201)
            .CountBy(request => request.Query.Split("digest=")[1]), blob => Assert.Equal(1, blob.Value));
        Assert.Equal(12, (await one.OutputAsync("Test-CachedImage * -Full -Quiet | Where-Object { $_ }", Token)).Count);
        var names = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(number => RawManifest.OfRegistryAsync(registry, $"app{number}", "1", Token)));
        Assert.Equal(digests[0], names.Select(name => name.Digest));
    }

    [Fact]
    public async Task Another_runspace_uses_the_open_connections()
    {
        var registry = await registries.ClosedAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var one = new Engine { ["tar"] = _images.Write("app"), ["registry"] = proxy.Address,
            ["credential"] = RegistryFixture.Credential };
        await one.OutputAsync("$null = Connect-Registry $registry -Credential $credential; Push-ImageTar $tar -Destination $registry",
            Token);
        var connections = proxy.Connections;
        using var two = new Engine { ["registry"] = proxy.Address };
        Assert.Equal(RegistryFixture.User, (string)(await two.SingleAsync("Get-RegistryConnection", Token)).UserName);
        await two.OutputAsync("Get-RegistryManifest $registry/app:1", Token);
        Assert.Equal(connections, proxy.Connections);
    }

    [Fact]
    public async Task Closed_runspaces_do_not_keep_the_session_after_the_last_Remove_Module()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = new Engine { ["registry"] = registry.Address, ["credential"] = RegistryFixture.Credential,
            ["manifest"] = Repository.ModuleManifest };
        var known = await engine.OutputAsync(
            """
            $null = Connect-Registry $registry -Credential $credential
            1..3 | ForEach-Object -Parallel { Import-Module $using:manifest; $null = Get-RegistryConnection }
            @(Get-RegistryConnection).Count
            Remove-Module ImagePusher
            Import-Module $manifest
            @(Get-RegistryConnection).Count
            """,
            Token);
        Assert.Equal([1, 0], known.Select(count => (int)count.BaseObject));
    }

    [Fact]
    public async Task The_session_continues_while_another_runspace_has_the_module()
    {
        var registry = await registries.ClosedAsync(Token);
        using var one = new Engine { ["registry"] = registry.Address, ["credential"] = RegistryFixture.Credential };
        using (var two = new Engine { ["registry"] = registry.Address })
        {
            await one.OutputAsync("Connect-Registry $registry -Credential $credential", Token);
            await two.OutputAsync("Remove-Module ImagePusher", Token);
        }

        Assert.Single(await one.OutputAsync("Get-RegistryConnection", Token));
    }

    public void Dispose() => _images.Dispose();
}

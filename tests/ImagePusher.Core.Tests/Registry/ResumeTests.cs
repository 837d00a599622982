using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The bytes of an upload over interrupted connections, in one run and over several runs.</summary>
public sealed class ResumeTests
{
    private static readonly int Unit = ExternalTools.LongForm ? 1_000_000 : 150_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<CutScope, CutKind, bool> Cuts { get; } = new(
        from scope in new[] { CutScope.Request, CutScope.Connection, CutScope.Proxy }
        from kind in new[] { CutKind.Reset, CutKind.Close }
        from isKnown in new[] { true, false }
        select (scope, kind, isKnown));

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task With_a_correct_status_a_repeatedly_interrupted_layer_is_sent_about_once(CutScope scope, CutKind kind, bool isKnown)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(20 * Unit, kind, scope);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(200 * Unit, isKnown: isKnown);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.True(registry.ReadBlob(blob.TrueDigest.ToString()).AsSpan().SequenceEqual(blob.Content));
        Report(proxy, blob.Content.Length, 1.05);
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_local_registry_receives_a_layer_over_repeatedly_interrupted_connections(bool isKnown)
    {
        using var folder = new TemporaryFolder();
        await using var registry = await LocalRegistryServer.StartAsync(
            ImageCache.Open(folder["cache"], new CacheOptions()), new LocalRegistryOptions { Port = 0 }, Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(20 * Unit);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(200 * Unit, isKnown: isKnown);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        using var client = Http.NewClient();
        var stored = await client.GetByteArrayAsync(new Uri($"http://{registry.Address}/v2/team/app/blobs/{blob.TrueDigest}"), Token);
        Assert.True(stored.AsSpan().SequenceEqual(blob.Content));
        Report(proxy, blob.Content.Length, 1.05);
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Theory]
    [InlineData(CutScope.Request)]
    [InlineData(CutScope.Connection)]
    public async Task docker_registry_takes_a_layer_over_a_connection_cut_again_and_again(CutScope scope)
    {
        ExternalTools.Require("docker-registry");
        var unit = Math.Max(Unit, 300_000);
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(20 * unit, CutKind.Reset, scope);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(200 * unit);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content.Length, registry.Blobs()[blob.TrueDigest.ToString()].Length);
        Report(proxy, blob.Content.Length, 1.3);
    }

    [Theory]
    [InlineData(CutScope.Request)]
    [InlineData(CutScope.Connection)]
    [InlineData(CutScope.Proxy)]
    public async Task With_a_correct_status_concurrent_layers_over_interrupted_connections_are_sent_about_once(CutScope scope)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await SendAtOnceAsync(registry.Address, scope, Unit, 1.05);
    }

    [Theory]
    [InlineData(CutScope.Request)]
    [InlineData(CutScope.Connection)]
    public async Task docker_registry_takes_layers_sent_at_once_over_cut_connections(CutScope scope)
    {
        ExternalTools.Require("docker-registry");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await SendAtOnceAsync(registry.Address, scope, Math.Max(Unit, 300_000), 1.3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_correct_status_a_later_run_continues(bool isKnown)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var journal = new MemoryJournal();
        var blob = MemoryBlob.Random(200 * Unit, isKnown: isKnown);
        var runs = 0;
        while (!await InterruptedRun.RunAsync(proxy, journal, [blob], 50L * Unit))
        {
            Assert.InRange(++runs, 1, 6);
        }

        Assert.True(registry.ReadBlob(blob.TrueDigest.ToString()).AsSpan().SequenceEqual(blob.Content));
        Report(proxy, blob.Content.Length, 1.05);
        Assert.Equal(1, proxy.Count("POST"));
        Assert.Empty(journal.Sessions);
    }

    [Fact]
    public async Task docker_registry_gets_finished_layers_once_over_several_runs()
    {
        ExternalTools.Require("docker-registry");
        var unit = Math.Max(Unit, 450_000);
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        var journal = new MemoryJournal();
        var blobs = Enumerable.Range(1, 10).Select(seed => MemoryBlob.Random(20 * unit, seed)).ToList();
        var runs = 0;
        while (!await InterruptedRun.RunAsync(proxy, journal, blobs, 50L * unit))
        {
            Assert.InRange(++runs, 1, 8);
        }

        Assert.All(blobs, blob => Assert.Equal(blob.Content.Length, registry.Blobs()[blob.TrueDigest.ToString()].Length));
        Assert.All(blobs, blob => Assert.Equal(1,
            proxy.RequestsOf("PUT").Count(
                request => request.Status == 201 && request.Target.Contains(blob.TrueDigest.Encoded, StringComparison.Ordinal))));
        Report(proxy, 200L * unit, 1.5);
    }

    [Fact]
    public async Task A_few_bytes_per_connection_do_not_reset_the_retries()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(10);
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(proxy.Address, retries: 4).WriteBlobAsync(MemoryBlob.Random(100_000), Token));
        Assert.Equal(5, proxy.Count("PATCH"));
    }

    // Six layers, each interrupted several times, over connections that are interrupted every 20 units.
    private static async Task SendAtOnceAsync(string address, CutScope scope, int unit, double atMost)
    {
        await using var proxy = FaultProxy.Start(address);
        proxy.On("PATCH").CutUp(20 * unit, CutKind.Reset, scope);
        await using var session = new RegistrySession();
        var repository = session.Repository(proxy.Address);
        var blobs = Enumerable.Range(1, 6).Select(seed => MemoryBlob.Random((60 + seed) * unit, seed)).ToList();
        await Task.WhenAll(blobs.Select(blob => repository.WriteBlobAsync(blob, Token)));
        foreach (var blob in blobs)
        {
            Assert.True(await repository.HasBlobAsync(blob.Descriptor, Token));
        }

        Report(proxy, blobs.Sum(blob => (long)blob.Content.Length), atMost);
    }

    private static void Report(FaultProxy proxy, long size, double atMost)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(
            FormattableString.Invariant($"figure: {proxy.BytesUp()} bytes for {size}: {(double)proxy.BytesUp() / size:0.000}"));
        Assert.InRange(proxy.BytesUp(), size, size * atMost);
    }
}

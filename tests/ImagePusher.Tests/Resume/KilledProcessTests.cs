using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Resume;

/// <summary>
/// The bytes of a push or pull whose process is repeatedly killed and restarted. The bytes on the wire are counted. The long form has the
/// sizes of docs/operate/registries.md: a layer of 200 MB, or ten of 20 MB, and a kill every 50 MB.
/// </summary>
public sealed class KilledProcessTests : IDisposable
{
    private const string Import = "Import-ImageTar app.tar -Compression None -ErrorAction Stop";
    private const string PushTar = "(Push-ImageTar app.tar -Destination $env:REGISTRY -ErrorAction Stop).Digest";
    private const string PushCached = "(Push-CachedImage example.com/app:1 -Destination $env:REGISTRY -ErrorAction Stop).Digest";

    private static readonly (
        int Layer, int Step, int FewestKills) Size = ExternalTools.LongForm ? (200_000_000, 50_000_000, 3) : (12_000_000, 5_000_000, 1);

    private readonly PwshProcess _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Whether the image comes from the cache, its layers stored, or from the tar, its layers compressed in transit.</summary>
    public static TheoryData<bool, bool> Pushes => ExternalTools.LongForm
        ? new([(true, true), (true, false), (false, true), (false, false)])
        : new([(true, true), (false, false)]);

    public void Dispose() => _shell.Dispose();

    [Theory, MemberData(nameof(Pushes))]
    public async Task With_a_correct_status_a_push_continues_in_the_next_process(bool toLocalRegistry, bool fromCache)
    {
        // A process may be killed when its request has arrived and the answer, with a new Location, has not.
        await using var emulated = FakeRegistry.Start(RegistryProfile.Conformant with { ChangesLocation = false });
        using var serving = new Engine { ["path"] = _shell.Folder.Folder("served") };
        var registry = toLocalRegistry
            ? (string)(await serving.SingleAsync("Start-LocalRegistry -Port 0 -Path $path", Token)).Registry
            : emulated.Address;
        await PrepareAsync([Size.Layer], fromCache);
        var (kills, digest) = await PushAsync(registry, fromCache ? PushCached : PushTar, atMost: 1.2);
        Assert.InRange(kills, Size.FewestKills, 4);
        await HasImageAsync(serving, registry, digest);
    }

    [Fact]
    public async Task docker_registry_gets_no_finished_layer_twice()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine();
        var (count, each) = ExternalTools.LongForm ? (10, 20_000_000) : (4, 9_000_000);
        await PrepareAsync([.. Enumerable.Repeat(each, count)], true);

        // The first kill may cost two layers in flight, a later one a layer: of only four, that is more than half.
        var (kills, digest) = await PushAsync(registry.Address, PushCached, ExternalTools.LongForm ? 1.5 : 1.8,
            ExternalTools.LongForm ? Size.Step : 20_000_000);
        Assert.InRange(kills, 1, 8);
        var finished = (await registry.RequestsAsync(Token)).Where(request => request.Is("PUT", "/blobs/uploads/") && request.Status == 201)
            .ToList();
        Assert.Equal(count + 1, finished.Count);
        await HasImageAsync(engine, registry.Address, digest);
    }

    [Fact]
    public async Task A_pull_continues_in_the_next_process()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine();
        await PrepareAsync([Size.Layer], false);
        engine["tar"] = _shell.Folder["app.tar"];
        engine["registry"] = registry.Address;
        var pushed = (string)(await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token)).Digest;
        await using var proxy = FaultProxy.Start(registry.Address);
        var standstill = proxy.On("GET", "/blobs/sha256").StallDown(Size.Step, CutScope.Proxy);
        _shell.Environment["REGISTRY"] = proxy.Address;
        var (kills, output) = await KilledProcess.RunAsync(_shell, proxy, standstill,
            "(Save-ImageToCache $env:REGISTRY/app:1 -ErrorAction Stop).Digest");
        Report(kills, proxy.BytesDown("GET", "/blobs/"), Size.Layer, 1.1);
        Assert.InRange(kills, Size.FewestKills, 4);
        Assert.Equal(pushed, output.Trim());
        Assert.Equal("True", (await _shell.RunAsync(["-Command", "Test-CachedImage $env:REGISTRY/app:1 -Full -Quiet"])).Output.Trim());
    }

    private static void Report(int kills, long bytes, long size, double atMost)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(
            FormattableString.Invariant($"{kills} kills, {bytes} bytes for {size}: {(double)bytes / size:0.000}"));

        // Random layers are stored, but for the few zeros of their tar headers.
        Assert.InRange(bytes, size * 0.999, size * atMost);
    }

    /// <summary>Writes app.tar, and imports it where the image is to come from the cache.</summary>
    private async Task PrepareAsync(IReadOnlyList<int> layers, bool imports)
    {
        var tars = layers.Select((size, number) => LayerTar.Of(($"opt/{number}", Http.RandomBytes(size - 1536, number)))).ToArray();
        _shell.Folder.Write("app.tar", DockerSave.Of("example.com/app:1", tars).ToArray());
        if (imports)
        {
            var result = await _shell.RunAsync(["-Command", Import]);
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }

    private async Task<(int Kills, string Digest)> PushAsync(string registry, string command, double atMost, int? step = null)
    {
        await using var proxy = FaultProxy.Start(registry);
        var standstill = proxy.On("PATCH|PUT", "/blobs/uploads/").StallUp(step ?? Size.Step, CutScope.Proxy);
        _shell.Environment["REGISTRY"] = proxy.Address;
        var (kills, output) = await KilledProcess.RunAsync(_shell, proxy, standstill, command);
        var size = new FileInfo(_shell.Folder["app.tar"]).Length / 1_000_000 * 1_000_000;
        Report(kills, proxy.BytesUp("PATCH|PUT", "/blobs/uploads/"), size, atMost);
        return (kills, output.Trim());
    }

    private static async Task HasImageAsync(Engine engine, string registry, string digest)
    {
        engine["image"] = $"{registry}/app:1";
        Assert.Equal(digest, (string)(await engine.SingleAsync("Save-ImageToCache $image", Token)).Digest);
        Assert.True((bool)(await engine.SingleAsync("Test-CachedImage $image -Full -Quiet", Token)));
    }
}

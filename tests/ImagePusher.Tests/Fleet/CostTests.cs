using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>The number of requests of a copy: the table of docs/operate/scaling.md.</summary>
public sealed class CostTests
{
    private static readonly string[] Methods = ["HEAD", "GET", "POST", "PATCH", "PUT"];
    private static readonly byte[][] Shared = [.. Enumerable.Range(1, 4).Select(seed => Http.RandomBytes(20_000, seed))];

    private static string[] Page => File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "operate", "scaling.md"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_costs_the_documented_requests()
    {
        using var folder = new TemporaryFolder();
        await using var source = await StartSourceAsync(folder);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var from = FaultProxy.Start(source.Address);
        await using var to = FaultProxy.Start(target.Address);
        using var engine = new Engine { ["from"] = from.Address, ["to"] = to.Address };
        var rows = new List<string>();
        async Task CostsAsync(string what, string image, string parameters = "")
        {
            from.Forget();
            to.Forget();
            await engine.OutputAsync($"Copy-RegistryImage \"$from/{image}\" -Destination $to {parameters}", Token);
            rows.Add($"| {what} | {Requests(from)} | {Requests(to)} |");
            TestContext.Current.TestOutputHelper?.WriteLine(rows[^1]);
        }

        await CostsAsync("first connection, and an image of 5 layers, all missing", "team/app:1");
        await CostsAsync("an existing, unchanged image", "team/app:1");
        await CostsAsync("a new tag of it: 4 layers exist, one layer and the config are missing", "team/app:2");
        await CostsAsync("the first image in another repository: all blobs are mounted", "team/other:1");
        await CostsAsync("a new index of 2 platforms: 4 layers exist, one layer and one config of each are missing", "team/app:multi");
        await CostsAsync("an existing, unchanged index", "team/app:multi");
        await CostsAsync("an unchanged image without referrers, with -IncludeReferrers", "team/app:1", "-IncludeReferrers");
        Assert.All(rows, row => Assert.Contains(row, Page));
    }

    [Fact]
    public async Task Tokens_cost_the_documented_requests()
    {
        await using var tokens =
            TokenServer.Start(new TokenServerOptions { Users = new Dictionary<string, string> { ["mirror"] = "secret" } });
        using var folder = new TemporaryFolder();
        await using var source = await StartSourceAsync(folder, tokens.Authority);
        await using var target = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        using var engine = new Engine { ["from"] = source.Address, ["to"] = target.Address,
            ["who"] = RegistryFixture.CredentialOf("mirror", "secret") };
        async Task<int> TokensAsync(string image)
        {
            var before = tokens.Requests.Count;
            await engine.OutputAsync($"Copy-RegistryImage \"$from/{image}\" -Destination $to -Credential $who -DestinationCredential $who",
                Token);
            return tokens.Requests.Count - before;
        }

        int[] counts = [await TokensAsync("team/app:1"), await TokensAsync("team/app:1"), await TokensAsync("team/app:2"),
            await TokensAsync("team/other:1"), await TokensAsync("team/other:1")];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', counts));
        Assert.Equal([2, 0, 0, 3, 0], counts);
    }

    private static async Task<DockerRegistry> StartSourceAsync(TemporaryFolder folder, RegistryTokenAuthority? authority = null)
    {
        var storage = new RegistryStorage(folder.FullName);
        storage.AddImage("team/app", ImageOf(10), "1");
        storage.AddImage("team/app", ImageOf(11), "2");
        storage.AddImage("team/app", ImageOf(12), null);
        storage.AddImage("team/app", ImageOf(13), null);
        storage.AddManifest("team/app", TestImage.IndexOf(ImageOf(12), ImageOf(13)), "multi");
        storage.AddImage("team/other", ImageOf(10), "1");
        return await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = folder.FullName, TokenAuthority = authority },
            Token);
    }

    private static TestImage ImageOf(int seed) => TestImage.Of([.. Shared, Http.RandomBytes(5_000, seed)]);

    private static string Requests(FaultProxy side) => string.Join(
        ", ", Methods.Select(method => (Method: method, Count: side.Count(method))).Where(pair => pair.Count > 0)
            .Select(pair => $"{pair.Count} {pair.Method}"));
}

using System.Collections.Concurrent;
using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Carry;

/// <summary>An inventory costs one request for each page, one HEAD for each tag and one GET for each distinct manifest.</summary>
public sealed class InventoryTests
{
    private const int Pages = 4;
    private const int PageSize = 3;

    private static readonly TestImage Amd64 = TestImage.Of(Http.RandomBytes(300, 1), Http.RandomBytes(200, 2));
    private static readonly TestImage Arm64 = TestImage.Of(Http.RandomBytes(300, 1), Http.RandomBytes(100, 3));
    private static readonly byte[] Index = TestImage.IndexOf(Amd64, Arm64);

    private readonly ConcurrentQueue<string> _requests = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_of_repositories_and_tags_are_requested_once_and_each_manifest_once_for_all_repositories()
    {
        await using var server = LoopbackServer.Start(RespondAsync);
        using var engine = new Engine { ["registry"] = server.Address };
        var entries = await engine.OutputAsync("Get-RegistryInventory $registry", Token);

        // Two repositories of four pages of three tags: every third tag is the index, the others are one of its images.
        Assert.Equal(2 * Pages * PageSize, entries.Count);
        Assert.Equal(2, Count("GET /v2/_catalog"));
        foreach (var repository in new[] { "team/one", "team/two" })
        {
            Assert.Equal(Pages, Count($"GET /v2/{repository}/tags/list"));
            Assert.Equal(Pages * PageSize, Count($"HEAD /v2/{repository}/manifests/"));
        }

        Assert.Equal(3, _requests.Count(
            request => request.StartsWith("GET", StringComparison.Ordinal) && request.Contains("/manifests/", StringComparison.Ordinal)));
        Assert.Equal(0, _requests.Count(request => request.Contains("/blobs/", StringComparison.Ordinal)));

        string[] all = [Http.DigestOf(Index),
            .. new[] { Amd64, Arm64 }.SelectMany(image => image.Layers.Append(image.Config).Append(image.Manifest))
                .Select(blob => Http.DigestOf(blob)).Distinct()];
        var index = entries.First(entry => (string)entry.Properties["Tag"].Value == "p0-0");
        Assert.Equal(all.Order(StringComparer.Ordinal),
            ((IEnumerable<string>)index.Properties["Blobs"].Value).Order(StringComparer.Ordinal));
    }

    private int Count(string start) => _requests.Count(request => request.StartsWith(start, StringComparison.Ordinal));

    private Task RespondAsync(ServerExchange exchange)
    {
        _requests.Enqueue($"{exchange.Method} {exchange.Target}");
        var (path, page) = (exchange.Path, int.Parse(exchange.FirstQuery("page") ?? "0"));
        if (path == "/v2/_catalog")
        {
            Link(exchange, page, 2);
            return exchange.RespondAsync(200, $$"""{"repositories":["team/{{(page == 0 ? "one" : "two")}}"]}""");
        }

        if (path.EndsWith("/tags/list", StringComparison.Ordinal))
        {
            Link(exchange, page, Pages);
            return exchange.RespondAsync(200,
                JsonSerializer.Serialize(new { tags = Enumerable.Range(0, PageSize).Select(number => $"p{page}-{number}") }));
        }

        if (!path.Contains("/manifests/", StringComparison.Ordinal))
        {
            return exchange.RespondAsync(200, "{}");
        }

        var name = path.Split('/')[^1];
        var (content, type) = name.EndsWith("-0", StringComparison.Ordinal) || name == Http.DigestOf(Index) ? (Index, TestImage.IndexType)
            : (name == Arm64.Digest ? Arm64.Manifest : Amd64.Manifest, TestImage.ManifestType);
        exchange.Add("Docker-Content-Digest", Http.DigestOf(content));
        return exchange.RespondAsync(200, content, type);
    }

    private static void Link(ServerExchange exchange, int page, int pages)
    {
        if (page + 1 < pages)
        {
            exchange.Add("Link", $"<{exchange.Path}?page={page + 1}>; rel=\"next\"");
        }
    }
}

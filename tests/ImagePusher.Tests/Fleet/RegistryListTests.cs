using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>The content of a registry: repositories, tags, limits; and removals.</summary>
public sealed class RegistryListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tags_have_full_names_and_bind_to_the_next_cmdlet()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app", ["to"] = target.Address };
        var tags = await engine.OutputAsync("Get-RegistryTag $app", Token);
        Assert.Equal(
            TaggedRegistry.Tags.Order(StringComparer.Ordinal),
            tags.Select(tag => (string)((dynamic)tag).Tag).Order(StringComparer.Ordinal));
        dynamic first = tags.Single(tag => ((dynamic)tag).Tag == "1.2");
        Assert.Equal(
            ($"{registry.Address}/team/app:1.2", $"{registry.Address}/team/app", registry.Address),
            ((string)first.Reference, (string)first.Repository, (string)first.Registry));

        var copied = await engine.OutputAsync("Get-RegistryTag $app -Version '>=1.20 <2' | Copy-RegistryImage -Destination $to", Token);
        Assert.Equal(new[] { "1.20.0", "1.21.3", "v1.22" }.Select(tag => $"{target.Address}/team/app:{tag}"),
            copied.Select(result => (string)((dynamic)result).Reference));
        Assert.Equal(3, (await engine.OutputAsync("Get-RegistryRepository $to | Get-RegistryTag", Token)).Count);
    }

    [Theory]
    [InlineData("-Sort", "latest 1.2 1.9 1.20.0 1.21.3 v1.22 1.27-alpine 2.0.0-rc1 2.0")]
    [InlineData("-Version '>=1.20 <2'", "1.20.0 1.21.3 v1.22")]
    [InlineData("-Version '>=1.20-0 <2'", "1.20.0 1.21.3 v1.22 1.27-alpine")]
    [InlineData("-Version '>=1.20-0' -Filter *-alpine", "1.27-alpine")]
    [InlineData("-Filter 1.2*, latest -Sort", "latest 1.2 1.20.0 1.21.3 1.27-alpine")]
    [InlineData("-Filter nothing*", "")]
    [InlineData("-Version ^1.20", "1.20.0 1.21.3 v1.22")]
    [InlineData("-Version '1.2 || 2.x'", "1.2 2.0")]
    [InlineData("-Version '~1.9 || >=1.21 <1.22'", "1.9 1.21.3")]
    [InlineData("-Variant alpine", "1.27-alpine")]
    [InlineData("-Variant alpine -Version ^1.20", "1.27-alpine")]
    [InlineData("-Newest 2", "v1.22 2.0")]
    [InlineData("-Version ^1 -Newest 2", "1.21.3 v1.22")]
    [InlineData("-NewestPer Major", "v1.22 2.0")]
    [InlineData("-NewestPer Minor -Version ^1", "1.2 1.9 1.20.0 1.21.3 v1.22")]
    [InlineData("-NewestPer Major -Newest 2", "1.21.3 v1.22 2.0")]
    [InlineData("-Include '/^1\\.2[01]/', latest -Sort", "latest 1.20.0 1.21.3")]
    [InlineData("-Include ([regex]'^v') -Sort", "v1.22")]
    [InlineData("-Exclude 1.*, '/-rc|-alp/' -Sort", "latest v1.22 2.0")]
    public async Task Tags_are_selected_and_sorted(string parameters, string expected)
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app" };
        var tags = await engine.OutputAsync($"Get-RegistryTag $app {parameters}", Token);
        Assert.Equal(expected, string.Join(' ', tags.Select(tag => (string)((dynamic)tag).Tag)));
    }

    [Fact]
    public async Task Images_are_selected_by_the_date_of_the_annotation_or_the_config()
    {
        using var folder = new TemporaryFolder();
        var storage = new RegistryStorage(folder.FullName);
        var old = TestImage.Of(Http.RandomBytes(10, 1));
        storage.AddImage("team/app", old, "old");
        var (config, layers) = (old.Manifest, "2000-01-02T03:04:05Z");
        storage.AddManifest("team/app", System.Text.Encoding.UTF8.GetBytes(
            System.Text.Encoding.UTF8.GetString(config).TrimEnd()[..^1] + ",\"annotations\":{\"org.opencontainers.image.created\":\""
                + layers + "\"}}"), "annotated");
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = folder.FullName }, Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app" };
        dynamic annotated = await engine.SingleAsync("Get-RegistryTag $app -Include annotated -WithDate", Token);
        Assert.Equal(DateTimeOffset.Parse(layers, System.Globalization.CultureInfo.InvariantCulture), (DateTimeOffset)annotated.Created);
        Assert.StartsWith("sha256:", (string)annotated.Digest, StringComparison.Ordinal);
        Assert.Equal("annotated",
            string.Join(' ', (await engine.OutputAsync("Get-RegistryTag $app -OlderThan 9000d", Token)).Select(
                tag => (string)((dynamic)tag).Tag)));
        Assert.Null((object?)((dynamic)await engine.SingleAsync("Get-RegistryTag $app -Include annotated", Token)).Created);
    }

    [Fact]
    public async Task A_slow_regular_expression_ends_with_an_error()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token, new string('a', 60) + "b");
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app" };
        var slow = await engine.RunAsync("Get-RegistryTag $app -Include '/^(a+)+$/'", Token);
        Assert.StartsWith("LimitExceeded,", slow.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        var malformed = await engine.RunAsync("Get-RegistryTag $app -Exclude '/(/'", Token);
        Assert.StartsWith("InvalidOption,", malformed.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_range_is_a_terminating_error_and_a_missing_repository_is_one_error()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["registry"] = registry.Address };
        var malformed = await engine.RunAsync("Get-RegistryTag \"$registry/team/app\" -Version 'from 1 to 2'", Token);
        Assert.StartsWith("InvalidReference,", malformed.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        var missing = await engine.RunAsync("\"$registry/team/none\", \"$registry/team/app\" | Get-RegistryTag -Filter latest", Token);
        Assert.StartsWith("ManifestNotFound,", missing.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(missing.Output);
    }

    [Fact]
    public async Task Pages_are_requested_only_when_they_are_needed()
    {
        var pages = new List<string>();
        await using var server = LoopbackServer.Start(exchange => AnswerPageAsync(exchange, pages));
        using var engine = new Engine { ["app"] = $"{server.Address}/team/app" };
        Assert.Equal("p0-0", (string)(await engine.SingleAsync("Get-RegistryTag $app | Select-Object -First 1", Token)).Tag);
        Assert.Equal(["0"], pages);

        pages.Clear();
        Assert.Equal(4, (await engine.OutputAsync("Get-RegistryTag $app | Select-Object -First 4", Token)).Count);
        Assert.Equal(["0", "1"], pages);

        pages.Clear();
        Assert.Equal(15, (await engine.OutputAsync("Get-RegistryTag $app", Token)).Count);
        Assert.Equal(["0", "1", "2", "3", "4"], pages);
    }

    [Fact]
    public async Task Stopping_between_two_pages_is_quick_and_leaves_nothing()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        var stalled = proxy.On("GET", "/tags/list").StallResponse();
        using var engine = new Engine { ["app"] = $"{proxy.Address}/team/app" };
        var running = engine.Start("Get-RegistryTag $app", Token);
        await stalled.Reached.WaitAsync(Token);
        await running.StopAsync().WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.True((await running.Completion).WasStopped);
    }

    [Fact]
    public async Task Repositories_are_listed_over_all_pages_and_filtered()
    {
        using var folder = new TemporaryFolder();
        var storage = new RegistryStorage(folder.FullName);
        var image = TestImage.Of(Http.RandomBytes(10));
        foreach (var number in Enumerable.Range(0, 230))
        {
            storage.AddImage($"team{number % 2}/app{number:000}", image, "1.0");
        }

        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = folder.FullName }, Token);
        using var engine = new Engine { ["registry"] = registry.Address };
        Assert.Equal(230, (await engine.OutputAsync("Get-RegistryRepository $registry", Token)).Count);
        Assert.Equal(3, await registry.CountAsync("GET", "_catalog", Token));
        var filtered = await engine.OutputAsync("Get-RegistryRepository $registry -Filter 'team1/*'", Token);
        Assert.Equal(115, filtered.Count);
        Assert.Equal(
            (registry.Address, "team1/app001", $"{registry.Address}/team1/app001"),
            ((string)((dynamic)filtered[0]).Registry, (string)((dynamic)filtered[0]).Name, (string)((dynamic)filtered[0]).Repository));

        await registry.ForgetRequestsAsync(Token);
        await engine.OutputAsync("Get-RegistryRepository $registry | Select-Object -First 1", Token);
        Assert.Equal(1, await registry.CountAsync("GET", "_catalog", Token));
    }

    [Fact]
    public async Task The_pull_limit_is_an_object_and_its_absence_one_warning()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("HEAD", "/manifests/").SetResponseHeader("ratelimit-limit", "100;w=21600")
            .SetResponseHeader("ratelimit-remaining", "76;w=21600").SetResponseHeader("docker-ratelimit-source", "192.0.2.1");
        using var engine = new Engine { ["app"] = $"{proxy.Address}/team/app:1.2", ["silent"] = $"{registry.Address}/team/app:1.2" };
        var limit = await engine.SingleAsync("Get-RegistryRateLimit $app", Token);
        Assert.Equal(
            (proxy.Address, 100L, 76L, 21600L, "192.0.2.1"),
            ((string)limit.Registry, (long)limit.Limit, (long)limit.Remaining, (long)limit.WindowSec, (string)limit.Source));
        var silent = (await engine.RunAsync("Get-RegistryRateLimit $silent", Token)).WithoutErrors();
        Assert.Empty(silent.Output);
        Assert.Single(silent.Warnings);
    }

    private static Task AnswerPageAsync(ServerExchange exchange, List<string> pages)
    {
        if (!exchange.Path.EndsWith("/tags/list", StringComparison.Ordinal))
        {
            return exchange.RespondAsync(200, "{}");
        }

        var page = exchange.Query("page").SingleOrDefault() ?? "0";
        pages.Add(page);
        if (page != "4")
        {
            exchange.Add("Link", $"</v2/team/app/tags/list?page={int.Parse(page) + 1}>; rel=\"next\"");
        }

        return exchange.RespondAsync(200,
            JsonSerializer.Serialize(new { name = "team/app", tags = Enumerable.Range(0, 3).Select(number => $"p{page}-{number}") }));
    }
}

using System.Net;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class TagAndCatalogTests
{
    private static readonly string[] Tags = ["10", "2", "A", "B", "_x", "a", "a.b", "a_b", "b"];

    [Fact]
    public async Task Tags_are_listed_in_ordinal_order()
    {
        await using var registry = await WithTagsAsync();
        var answer = (await registry.GetAsync("/v2/team/app/tags/list")).Is(HttpStatusCode.OK);
        Assert.Equal("application/json", answer["Content-Type"]);
        Assert.Equal("team/app", answer.Json.GetProperty("name").GetString());
        Assert.Equal(Tags, Items(answer, "tags"));
        Assert.Null(answer["Link"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    public async Task Following_the_links_returns_every_tag_once(int count)
    {
        await using var registry = await WithTagsAsync();
        var found = new List<string>();
        string? next = $"/v2/team/app/tags/list?n={count}";
        while (next is not null)
        {
            var answer = (await registry.GetAsync(next)).Is(HttpStatusCode.OK);
            var items = Items(answer, "tags");
            Assert.InRange(items.Count, 1, count);
            found.AddRange(items);
            next = NextOf(answer);
        }

        Assert.Equal(Tags, found);
    }

    [Theory]
    [InlineData("n=0", new string[0])]
    [InlineData("last=_x", new[] { "a", "a.b", "a_b", "b" })]
    [InlineData("last=zz", new string[0])]
    [InlineData("last=a0&n=1", new[] { "a_b" })]
    [InlineData("last=B&n=2", new[] { "_x", "a" })]
    public async Task A_page_starts_after_last(string query, string[] expected)
    {
        await using var registry = await WithTagsAsync();
        var answer = (await registry.GetAsync($"/v2/team/app/tags/list?{query}")).Is(HttpStatusCode.OK);
        Assert.Equal(expected, Items(answer, "tags"));
        Assert.Equal(query == "last=B&n=2" || query == "last=a0&n=1", answer["Link"] is not null);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("99999999999")]
    public async Task A_page_size_that_is_not_a_number_is_rejected(string count)
    {
        await using var registry = await WithTagsAsync();
        (await registry.GetAsync($"/v2/team/app/tags/list?n={count}")).IsError(HttpStatusCode.BadRequest, "PAGINATION_NUMBER_INVALID");
        (await registry.GetAsync($"/v2/_catalog?n={count}")).IsError(HttpStatusCode.BadRequest, "PAGINATION_NUMBER_INVALID");
    }

    [Fact]
    public async Task A_repository_without_tags_has_an_empty_list_and_an_unknown_one_is_404()
    {
        await using var registry = await RunningRegistry.StartAsync();
        (await registry.GetAsync("/v2/team/app/tags/list")).IsError(HttpStatusCode.NotFound, "NAME_UNKNOWN");
        await registry.PushImageAsync(null);
        Assert.Equal("""{"name":"team/app","tags":[]}""", (await registry.GetAsync("/v2/team/app/tags/list")).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task The_catalog_lists_repositories_page_by_page()
    {
        await using var registry = await RunningRegistry.StartAsync();
        Assert.Equal("""{"repositories":[]}""", (await registry.GetAsync("/v2/_catalog")).Is(HttpStatusCode.OK).Text);
        foreach (var repository in new[] { "b", "team/app", "a/b/c" })
        {
            await registry.PushImageAsync("1", repository);
        }

        await registry.PushImageAsync(null, "only-digest");
        Assert.Equal(["a/b/c", "b", "only-digest", "team/app"], Items(await registry.GetAsync("/v2/_catalog"), "repositories"));
        var first = await registry.GetAsync("/v2/_catalog?n=3");
        Assert.Equal(["a/b/c", "b", "only-digest"], Items(first, "repositories"));
        var second = await registry.GetAsync(NextOf(first)!);
        Assert.Equal(["team/app"], Items(second, "repositories"));
        Assert.Null(NextOf(second));
    }

    [Fact]
    public async Task Lists_support_only_GET_and_HEAD()
    {
        await using var registry = await WithTagsAsync();
        (await registry.SendAsync("HEAD", "/v2/team/app/tags/list")).Is(HttpStatusCode.OK);
        foreach (var path in new[] { "/v2/team/app/tags/list", "/v2/_catalog", "/v2/" })
        {
            Assert.Equal("GET, HEAD",
                (await registry.SendAsync("POST", path)).IsError(HttpStatusCode.MethodNotAllowed, "UNSUPPORTED")["Allow"]);
        }
    }

    private static async Task<RunningRegistry> WithTagsAsync()
    {
        var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync(Tags[0]);
        foreach (var tag in Tags.Reverse())
        {
            (await registry.PutManifestAsync(tag, image.Manifest)).Is(HttpStatusCode.Created);
        }

        return registry;
    }

    private static IReadOnlyList<string> Items(Answer answer, string list) =>
        [.. answer.Json.GetProperty(list).EnumerateArray().Select(item => item.GetString()!)];

    private static string? NextOf(Answer answer)
    {
        if (answer["Link"] is not { } link)
        {
            return null;
        }

        Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
        return link[1..link.IndexOf('>', StringComparison.Ordinal)];
    }
}

using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Lists in pages: which address is the next page's, invalid entries, and lists that do not end.</summary>
public sealed class PagingTests
{
    private static readonly RegistryLimits Low = new() { Pages = 20, EmptyPages = 5, ListLength = 2_000, PageLength = 1_000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""</v2/team/app/tags/list?last=b>; rel="next" """)]
    [InlineData("""/v2/team/app/tags/list?last=b; rel="next" """)]
    [InlineData("""<http://registry.internal.example:8080/v2/team/app/tags/list?last=b>; rel="next" """)]
    [InlineData("""<https://10.0.0.1/v2/team/app/tags/list?last=b#top>; rel="next" """)]
    [InlineData("""<list?last=b>; rel="next" """)]
    [InlineData("""<?last=b>; rel="next" """)]
    public async Task The_next_page_is_requested_from_the_address_of_the_registry(string link)
    {
        var targets = new List<string>();
        await using var server = Serve(exchange =>
        {
            targets.Add(exchange.Target);
            if (targets.Count == 1)
            {
                exchange.Add("Link", link);
            }

            return exchange.RespondAsync(200, targets.Count == 1 ? """{"tags":["a","b"]}""" : """{"tags":["c"]}""");
        });
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b", "c"], await TagsAsync(session, server));
        Assert.Equal("/v2/team/app/tags/list?last=b", targets[1]);
        Assert.Empty(session.Log.Warnings);
    }

    [Fact]
    public async Task A_next_page_that_was_read_already_ends_the_list()
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Link", "</v2/team/app/tags/list?last=b>; rel=\"next\"");
            return exchange.RespondAsync(200, """{"tags":["a","b"]}""");
        });
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b", "a", "b"], await TagsAsync(session, server));
    }

    [Theory]
    [InlineData("</v2/team/app/tags/list?last=b")]
    [InlineData("<http://[bad/>; rel=next")]
    [InlineData("</v2/team/app/tags/list?last=b>; rel=&quot;next&quot;")]
    public async Task A_Link_that_cannot_be_read_is_a_warning(string link)
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Link", link);
            return exchange.RespondAsync(200, """{"tags":["a"]}""");
        });
        await using var session = new RegistrySession();
        Assert.Equal(["a"], await TagsAsync(session, server));
        Assert.Contains("the list may be incomplete", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_names_are_skipped_with_one_warning()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, exchange.Path.EndsWith("_catalog", StringComparison.Ordinal)
            ? """{"repositories":["a","A b","../c","","d/e",null,{}]}"""
            : """{"tags":["1.0","sha256:aa","","a b","\u001b[31mred","\ud800","2.0",null,5]}"""));
        await using var session = new RegistrySession();
        Assert.Equal(["1.0", "2.0"], await TagsAsync(session, server));
        var warning = Assert.Single(session.Log.Warnings);
        Assert.Contains("The first one is 'sha256:aa'", warning, StringComparison.Ordinal);
        Assert.Equal(
            ["a", "d/e"], await session.Client.GetRepositoriesAsync(server.Address, new RequestOptions { Log = session.Log },
                static () => { }, Token).ToListAsync(Token));
        Assert.Equal(2, session.Log.Warnings.Count);
    }

    [Fact]
    public async Task Invalid_referrers_are_skipped_with_one_warning()
    {
        var good = Digest.Of([1]);
        await using var server = Serve(exchange => exchange.RespondAsync(
            200, $$"""
                {"manifests":[7,{"digest":"sha256:1","size":1},{"digest":"{{good}}","size":-1},
                {"mediaType":"a/b","digest":"{{good}}","size":1}]}
                """));
        await using var session = new RegistrySession();
        Assert.Equal([good], (await session.Repository(server.Address).GetReferrersAsync(Digest.Of([2]), null, Token)).Select(
            entry => entry.Digest));
        Assert.Contains("3 invalid entries", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"tags":["t{0}"]}""", "20 pages")]
    [InlineData("""{"tags":["same"]}""", "5 pages in succession")]
    [InlineData("""{"tags":[]}""", "5 pages in succession")]
    [InlineData("""{"tags":["t{0}"],"padding":"################################################################################"""
        + """################################################################################"}""", "2000 bytes")]
    public async Task A_list_of_tags_without_end_is_an_error(string body, string expected)
    {
        await using var server = Serve(Endless(body));
        await using var session = new RegistrySession(change: options => options with { Limits = Low });
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => TagsAsync(session, server));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_referrers_or_repositories_without_end_is_an_error()
    {
        var entry = $$"""{"manifests":[{"mediaType":"a/b{0}","digest":"{{Digest.Of([1])}}","size":1}],"repositories":["a{0}"]}""";
        await using var server = Serve(Endless(entry));
        await using var session = new RegistrySession(change: options => options with { Limits = Low });
        await Assert.ThrowsAsync<LimitExceededException>(
            () => session.Repository(server.Address).GetReferrersAsync(Digest.Of([2]), null, Token));
        await Assert.ThrowsAsync<LimitExceededException>(
            () => session.Client.GetRepositoriesAsync(server.Address, cancellationToken: Token).ToListAsync(Token).AsTask());
    }

    [Fact]
    public async Task A_page_that_is_too_long_is_an_error()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, $$"""{"tags":["{{new string('a', 1_000)}}"]}"""));
        await using var session = new RegistrySession(change: options => options with { Limits = Low });
        await Assert.ThrowsAsync<LimitExceededException>(() => TagsAsync(session, server));
    }

    [Fact]
    public async Task An_empty_page_with_200_is_an_error()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => TagsAsync(session, server));
        Assert.Contains("is not a list", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errors":[{"code":"NAME_UNKNOWN"}]}""")]
    [InlineData("""{"tags":{"1.0":{}}}""")]
    [InlineData("""{"tags":"1.0"}""")]
    [InlineData("""["1.0"]""")]
    public async Task A_document_of_another_shape_is_an_error_and_not_an_empty_list(string body)
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, body));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => TagsAsync(session, server));
        Assert.Contains("is not a list", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","tags":null}""")]
    [InlineData("""{"name":"a"}""")]
    [InlineData("\ufeff{\"tags\":[]}")]
    public async Task An_empty_list_is_read_in_all_its_forms(string body)
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, body));
        await using var session = new RegistrySession();
        Assert.Empty(await TagsAsync(session, server));
    }

    private static Func<ServerExchange, Task> Endless(string body)
    {
        var page = 0;
        return exchange =>
        {
            page++;
            exchange.Add("Link", $"<{exchange.Path}?page={page}>; rel=\"next\"");
            return exchange.RespondAsync(200, body.Replace("{0}", $"{page}", StringComparison.Ordinal));
        };
    }

    private static Task<List<string>> TagsAsync(RegistrySession session, LoopbackServer server) =>
        session.Repository(server.Address).GetTagsAsync(Token).ToListAsync(Token).AsTask();

    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}

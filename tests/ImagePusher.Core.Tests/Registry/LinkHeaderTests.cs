using ImagePusher.Core.Registry.Listing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The link of a Link header that identifies the next page (RFC 8288), including nonconforming headers.</summary>
public sealed class LinkHeaderTests
{
    [Theory]
    [InlineData("""</v2/a/tags/list?last=b&n=2>; rel="next" """, "/v2/a/tags/list?last=b&n=2")]
    [InlineData("</v2/a/tags/list?last=b>;rel=next", "/v2/a/tags/list?last=b")]
    [InlineData("""</v2/a/tags/list?last=b>; REL="NEXT" """, "/v2/a/tags/list?last=b")]
    [InlineData("""</v2/a/tags/list?last=b>; title="a, b; c"; rel="prev next" """, "/v2/a/tags/list?last=b")]
    [InlineData("""/v2/a/tags/list?last=b&n=2; rel="next" """, "/v2/a/tags/list?last=b&n=2")]
    [InlineData("""</v2/a/tags/list?n=2>; rel="first", </v2/a/tags/list?last=b,c>; rel="next" """, "/v2/a/tags/list?last=b,c")]
    [InlineData("""</v2/a/tags/list?last=b>; rel="next", </v2/a/tags/list?last=z>; rel="last" """, "/v2/a/tags/list?last=b")]
    [InlineData("""/v2/a/tags/list?n=2; rel=first, /v2/a/tags/list?last=b; rel=next""", "/v2/a/tags/list?last=b")]
    [InlineData("""<https://inner.example:8080/v2/a/tags/list?last=b>; rel="next" """, "https://inner.example:8080/v2/a/tags/list?last=b")]
    [InlineData("</v2/a/tags/list?last=b>; rel='next'", "/v2/a/tags/list?last=b")]
    [InlineData("</v2/a/tags/list?last=b>; rel=\u201cnext\u201d", "/v2/a/tags/list?last=b")]
    [InlineData("</v2/a/tags/list?last=b>; rel=%E2%80%9CNext%E2%80%9D", "/v2/a/tags/list?last=b")]
    public void The_relation_determines_the_next_page(string header, string expected)
    {
        Assert.True(LinkHeader.TryReadNext([header], out var next));
        Assert.Equal(expected, next);
    }

    [Theory]
    [InlineData("</v2/a/tags/list?last=b>")]
    [InlineData("/v2/a/tags/list?last=b")]
    [InlineData("<https://inner.example/v2/a/tags/list?last=b>; title=more")]
    public void A_single_link_without_a_relation_is_the_next_page(string header)
    {
        Assert.True(LinkHeader.TryReadNext([header], out var next));
        Assert.EndsWith("/v2/a/tags/list?last=b", next, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_headers_are_read()
    {
        Assert.True(LinkHeader.TryReadNext(["</first>; rel=first", "</next>; rel=next"], out var next));
        Assert.Equal("/next", next);
    }

    [Theory]
    [InlineData("""</v2/a/tags/list?n=2>; rel="first" """)]
    [InlineData("""</v2/a/tags/list?n=2>; rel="prev", </v2/a/tags/list>; rel="nextish" """)]
    [InlineData("")]
    public void Other_relations_end_the_list(string header)
    {
        Assert.True(LinkHeader.TryReadNext([header], out var next));
        Assert.Null(next);
    }

    [Theory]
    [InlineData("</v2/a/tags/list?last=b")]
    [InlineData("""<>; rel="next" """)]
    [InlineData("</v2/a/tags/list?last=b>, </v2/a/tags/list?last=c>")]
    [InlineData("</v2/a/tags/list?last=b>; rel=&quot;next&quot;")]
    [InlineData("next")]
    [InlineData(";;;")]
    public void A_link_that_cannot_be_read_is_reported(string header)
    {
        Assert.False(LinkHeader.TryReadNext([header], out var next));
        Assert.Null(next);
    }

    [Fact]
    public void Any_text_has_the_page_that_it_names_or_none()
    {
        var random = new Random(1);
        string[] parts = ["</a>", "<>", "<", ">", ";", ",", "rel", "=", "next", "\"", " ", "\t", "?", "&"];
        var found = 0;
        for (var number = 0; number < 20_000; number++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            var isRead = LinkHeader.TryReadNext([text], out var next);
            Assert.True(isRead || next is null, text);
            Assert.True(next is null || text.Contains(next, StringComparison.Ordinal), text);
            found += next is null ? 0 : 1;
        }

        Assert.InRange(found, 1, 19_999);
    }
}

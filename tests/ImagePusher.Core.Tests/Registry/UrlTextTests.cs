using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Tests.Registry;

public sealed class UrlTextTests
{
    [Theory]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "https://s.example/x?_state=a%2Fb%3D%3D",
        "https://s.example/x?_state=a%2Fb%3D%3D")]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/1?_state=Zm9v%2B%2f==",
        "https://r.example/v2/a/blobs/uploads/1?_state=Zm9v%2B%2f==")]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "1?x=%7e|y", "https://r.example/v2/a/blobs/uploads/1?x=%7e|y")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1?old=1", "2", "https://r.example/v2/a/blobs/uploads/2")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1?old=1", "?new=2", "https://r.example/v2/a/blobs/uploads/1?new=2")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1", "../uploads/2", "https://r.example/v2/a/blobs/uploads/2")]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "/v2/x/../a/./u/1?_state=../..%2F", "https://r.example/v2/a/u/1?_state=../..%2F")]
    [InlineData("https://r.example:8443/v2/", "//v2/a/blobs/uploads/1", "https://r.example:8443/v2/a/blobs/uploads/1")]
    [InlineData("https://r.example/v2/", "//s.example/up/1", "https://s.example/up/1")]
    public void A_Location_is_resolved_and_its_query_kept_byte_for_byte(string asked, string location, string expected)
    {
        var url = UrlText.Resolve(asked, location);
        Assert.Equal(expected, url);
        Assert.EndsWith(UrlText.ToUri(url).PathAndQuery, url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/st/\u00c3\u00bc?s=1", "https://r.example/st/%C3%BC?s=1")]
    [InlineData("/st/%20a|b\u00e6\u00bc\u00a2?s=1", "https://r.example/st/%20a|b%E6%BC%A2?s=1")]
    [InlineData("/u/1?_state=a b|c\"d", "https://r.example/u/1?_state=a%20b|c\"d")]
    [InlineData("https://s.example/\u00ff", "https://s.example/%C3%BF")]
    [InlineData("/v2/\u6f22", "https://r.example/v2/%E6%BC%A2")]
    [InlineData("/u/1?s=1#frag", "https://r.example/u/1?s=1")]
    [InlineData("/u/1#frag?s=1", "https://r.example/u/1")]
    [InlineData("https://s.example?s=1", "https://s.example/?s=1")]
    [InlineData("https://s.example", "https://s.example/")]
    public void Characters_other_than_printable_ASCII_are_encoded_and_a_fragment_is_removed(string location, string expected)
    {
        var url = UrlText.Resolve("https://r.example/v2/", location);
        Assert.Equal(expected, url);
        Assert.EndsWith(UrlText.ToUri(url).PathAndQuery, url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u00e2\u0080\u009chttp\u00e2\u0080\u009d://127.0.0.1/v2/x")]
    [InlineData("ftp://s.example/x")]
    [InlineData("https://s\u00c3\u00bc.example/x")]
    [InlineData("/u/1\u0001")]
    [InlineData("http://")]
    [InlineData("https://s.example:x/")]
    public void A_text_that_is_not_a_URL_is_rejected(string location) =>
        Assert.Throws<FormatException>(() => UrlText.Resolve("https://r.example/v2/", location));

    [Theory]
    [InlineData("https://r.example/u/1", "https://r.example/u/1?digest=sha256%3Aab")]
    [InlineData("https://r.example/u/1?_state=x", "https://r.example/u/1?_state=x&digest=sha256%3Aab")]
    [InlineData("https://r.example/u/1?_state=x#f", "https://r.example/u/1?_state=x&digest=sha256%3Aab")]
    public void The_digest_is_added_to_any_query(string url, string expected) =>
        Assert.Equal(expected, UrlText.AddQuery(url, "digest", "sha256:ab"));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("registry.example", false)]
    [InlineData("localhost.example:5000", false)]
    [InlineData("10.0.0.1:5000", false)]
    public void Loopback_addresses_are_recognized(string host, bool expected) => Assert.Equal(expected, UrlText.IsLoopback(host));
}

using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Tests.Registry;

public sealed class UrlTextTests
{
    [Theory]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "https://s.example/x?_state=a%2Fb%3D%3D", "https://s.example/x?_state=a%2Fb%3D%3D")]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/1?_state=Zm9v%2B%2f==", "https://r.example/v2/a/blobs/uploads/1?_state=Zm9v%2B%2f==")]
    [InlineData("https://r.example/v2/a/blobs/uploads/", "1?x=%7e|y", "https://r.example/v2/a/blobs/uploads/1?x=%7e|y")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1?old=1", "2", "https://r.example/v2/a/blobs/uploads/2")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1?old=1", "?new=2", "https://r.example/v2/a/blobs/uploads/1?new=2")]
    [InlineData("https://r.example/v2/a/blobs/uploads/1", "../uploads/2", "https://r.example/v2/a/blobs/uploads/2")]
    [InlineData("https://r.example:8443/v2/", "//v2/a/blobs/uploads/1", "https://r.example:8443/v2/a/blobs/uploads/1")]
    [InlineData("https://r.example/v2/", "//s.example/up/1", "https://s.example/up/1")]
    public void A_Location_is_resolved_and_its_query_kept_byte_for_byte(string asked, string location, string expected)
    {
        var url = UrlText.Resolve(asked, location);
        Assert.Equal(expected, url);
        Assert.EndsWith(UrlText.ToUri(url).PathAndQuery, url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://r.example/u/1", "https://r.example/u/1?digest=sha256%3Aab")]
    [InlineData("https://r.example/u/1?_state=x", "https://r.example/u/1?_state=x&digest=sha256%3Aab")]
    public void The_digest_is_added_to_whatever_query_there_is(string url, string expected) =>
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
    public void Loopback_is_told_from_the_rest(string host, bool expected) => Assert.Equal(expected, UrlText.IsLoopback(host));
}

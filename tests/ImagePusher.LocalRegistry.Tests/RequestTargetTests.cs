using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class RequestTargetTests
{
    private const string Hex = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    [Theory]
    [InlineData("/v2/", "Root", "", "")]
    [InlineData("/v2", "Root", "", "")]
    [InlineData("/v2/_catalog?n=5", "Catalog", "", "")]
    [InlineData("/v2/a/manifests/1", "Manifest", "a", "1")]
    [InlineData("/v2/a/b/c/manifests/" + Hex, "Manifest", "a/b/c", Hex)]
    [InlineData("/v2/a/manifests/sha256%3A44", "Manifest", "a", "sha256:44")]
    [InlineData("/v2/a/blobs/uploads/", "Uploads", "a", "")]
    [InlineData("/v2/a/blobs/uploads", "Uploads", "a", "")]
    [InlineData("/v2/a/blobs/uploads/1-2", "Upload", "a", "1-2")]
    [InlineData("/v2/a/blobs/" + Hex, "Blob", "a", Hex)]
    [InlineData("/v2/a/tags/list", "Tags", "a", "")]
    [InlineData("/v2/a/referrers/" + Hex, "Referrers", "a", Hex)]
    [InlineData("/v2/blobs/manifests/manifests/1", "Manifest", "blobs/manifests", "1")]
    [InlineData("/v2/a/blobs/uploads/blobs/" + Hex, "Blob", "a/blobs/uploads", Hex)]
    [InlineData("http://host:5000/v2/a/manifests/1?x=y", "Manifest", "a", "1")]
    public void A_path_is_matched_from_its_end(string url, string kind, string repository, string reference)
    {
        var target = RequestTarget.Parse(url);
        Assert.Equal((kind, repository, reference), ($"{target.Kind}", target.Repository, target.Reference));
        Assert.True(target.HasValidRepository);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/v1/")]
    [InlineData("/v2/x")]
    [InlineData("/v2/../x")]
    [InlineData("//v2/")]
    [InlineData("/v2/a%2Fmanifests%2F1")]
    [InlineData("/v2/a%2fb/manifests/1")]
    [InlineData("/v2/a/manifests/1/2")]
    [InlineData("/v2/a/tags")]
    [InlineData("http://host:5000")]
    public void A_path_outside_the_API_is_not_found(string url) => Assert.Equal(TargetKind.None, RequestTarget.Parse(url).Kind);

    [Theory]
    [InlineData("/v2/manifests/1")]
    [InlineData("/v2/A/manifests/1")]
    [InlineData("/v2/../manifests/1")]
    [InlineData("/v2/a/../b/manifests/1")]
    [InlineData("/v2/a/%2e%2e/manifests/1")]
    [InlineData("/v2/a//b/manifests/1")]
    [InlineData("/v2/a%00/manifests/1")]
    [InlineData("/v2/a b/manifests/1")]
    [InlineData("/v2/_a/tags/list")]
    [InlineData("/v2/a%C3%A4/tags/list")]
    public void A_repository_must_match_the_grammar(string url)
    {
        var target = RequestTarget.Parse(url);
        Assert.NotEqual(TargetKind.None, target.Kind);
        Assert.False(target.HasValidRepository);
    }

    [Fact]
    public void A_repository_name_has_a_maximum_length()
    {
        Assert.True(RequestTarget.Parse($"/v2/{new string('a', 245)}/tags/list").HasValidRepository);
        Assert.False(RequestTarget.Parse($"/v2/{new string('a', 246)}/tags/list").HasValidRepository);
    }

    [Fact]
    public void A_plus_in_a_query_is_kept()
    {
        var query = RequestTarget.Parse("/v2/a/referrers/x?artifactType=application/vnd.x+json&b=%2B&tag=1&tag=2&empty&&=v").Query;
        Assert.Equal(("application/vnd.x+json", "+", "", null), (query["artifactType"], query["b"], query["empty"], query["none"]));
        Assert.Equal(["1", "2"], query.All("tag"));
    }
}

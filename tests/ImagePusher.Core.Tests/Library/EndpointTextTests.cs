using ImagePusher.Core.Endpoints;

namespace ImagePusher.Core.Tests.Library;

/// <summary>The text alone determines the kind of an endpoint; the file system is not accessed.</summary>
public sealed class EndpointTextTests
{
    [Theory]
    [InlineData("alpine:3.22", typeof(RegistryEndpoint))]
    [InlineData("localhost:5000", typeof(RegistryEndpoint))]
    [InlineData("localhost:5000/team/", typeof(RegistryEndpoint))]
    [InlineData("ghcr.io/a/b@sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", typeof(RegistryEndpoint))]
    [InlineData("docker.io/library/app.tar:latest", typeof(RegistryEndpoint))]
    [InlineData("app.tar", typeof(ArchiveEndpoint))]
    [InlineData("images/app.tar.gz", typeof(ArchiveEndpoint))]
    [InlineData("app.tgz", typeof(ArchiveEndpoint))]
    [InlineData("app.tar.zst", typeof(ArchiveEndpoint))]
    [InlineData("./app", typeof(ArchiveEndpoint))]
    [InlineData("/srv/app", typeof(ArchiveEndpoint))]
    [InlineData("~/app", typeof(ArchiveEndpoint))]
    [InlineData(@"C:\images\app", typeof(ArchiveEndpoint))]
    [InlineData("C:/images/app", typeof(ArchiveEndpoint))]
    [InlineData("./layout/", typeof(LayoutEndpoint))]
    [InlineData("/srv/layout/", typeof(LayoutEndpoint))]
    [InlineData(@"images\layout\", typeof(LayoutEndpoint))]
    [InlineData("cache:", typeof(CacheEndpoint))]
    [InlineData("cache:alpine:3.22", typeof(CacheEndpoint))]
    public void Text_has_one_meaning(string text, Type expected) => Assert.IsType(expected, ImageEndpoint.Parse(text));

    [Theory]
    [InlineData("", "cache:REFERENCE")]
    [InlineData("docker://alpine:3.22", "Use 'alpine:3.22'")]
    [InlineData("https://ghcr.io/a/b:1", "Use 'ghcr.io/a/b:1'")]
    public void Other_text_is_rejected_with_a_recommended_action(string text, string action) => Assert.Contains(
        action, Assert.Throws<InvalidReferenceException>(() => ImageEndpoint.Parse(text)).RecommendedAction, StringComparison.Ordinal);
}

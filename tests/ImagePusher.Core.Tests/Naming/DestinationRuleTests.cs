using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

/// <summary>Every row of the -Destination table of docs/architecture.md.</summary>
public sealed class DestinationRuleTests
{
    private const string Digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Theory]
    [InlineData("localhost:5000", "quay.io/team/app:1.0", "localhost:5000/team/app:1.0")]
    [InlineData("localhost:5000/", "quay.io/team/app:1.0", "localhost:5000/team/app:1.0")]
    [InlineData("registry", "quay.io/team/app:1.0", "registry/team/app:1.0")]
    [InlineData("registry.example.com", "nginx", "registry.example.com/nginx:latest")]
    [InlineData("[::1]:5000", "nginx", "[::1]:5000/nginx:latest")]
    [InlineData("ghcr.io/owner/", "app:1.0", "ghcr.io/owner/app:1.0")]
    [InlineData("ghcr.io/owner/", "docker.io/library/app:1.0", "ghcr.io/owner/app:1.0")]
    [InlineData("ghcr.io/owner/", "docker.io/team/app:1.0", "ghcr.io/owner/team/app:1.0")]
    [InlineData("ghcr.io/owner/", "docker.io/library/a/b:1.0", "ghcr.io/owner/library/a/b:1.0")]
    [InlineData("ghcr.io/owner/", "quay.io/library/app:1.0", "ghcr.io/owner/library/app:1.0")]
    [InlineData("docker.io", "nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("docker.io/me/", "nginx:1.27", "docker.io/me/nginx:1.27")]
    [InlineData("docker.io/library/", "nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("docker.io", "quay.io/team/app:1.0", "docker.io/team/app:1.0")]
    [InlineData("index.docker.io", "quay.io/team/app:1.0", "docker.io/team/app:1.0")]
    [InlineData("localhost:5000/mirror/", "nginx:1.27", "localhost:5000/mirror/nginx:1.27")]
    [InlineData("localhost:5000/a/b/", "quay.io/team/app:1.0", "localhost:5000/a/b/team/app:1.0")]
    [InlineData("localhost/a/", "quay.io/team/app:1.0", "localhost/a/team/app:1.0")]
    [InlineData("localhost:5000/other", "quay.io/team/app:1.0", "localhost:5000/other:1.0")]
    [InlineData("localhost:5000/other:2.0", "quay.io/team/app:1.0", "localhost:5000/other:2.0")]
    [InlineData("docker.io/me/app", "quay.io/team/app:1.0", "docker.io/me/app:1.0")]
    [InlineData("ghcr.io/me/app:2.0@" + Digest, "quay.io/team/app:1.0", "ghcr.io/me/app:2.0@" + Digest)]
    [InlineData("ghcr.io/me/app@" + Digest, "quay.io/team/app:1.0", "ghcr.io/me/app@" + Digest)]
    public void A_destination_determines_the_full_name(string destination, string source, string expected) =>
        Assert.Equal(expected, DestinationRule.Parse(destination).Apply(ImageReference.Parse(source)).ToString());

    [Theory]
    [InlineData("localhost:5000", "nginx:1.27", "localhost:5000/library/nginx:1.27")]
    [InlineData("localhost:5000/hub/", "nginx:1.27", "localhost:5000/hub/library/nginx:1.27")]
    [InlineData("localhost:5000/hub/", "docker.io/team/app:1.0", "localhost:5000/hub/team/app:1.0")]
    [InlineData("localhost:5000/other", "nginx:1.27", "localhost:5000/other:1.27")]
    public void KeepLibrary_keeps_the_prefix_of_official_images(string destination, string source, string expected) =>
        Assert.Equal(expected, DestinationRule.Parse(destination, keepLibrary: true).Apply(ImageReference.Parse(source)).ToString());

    [Theory]
    [InlineData("localhost:5000/hub/", "nginx:1.27", "localhost:5000/hub/library/nginx:1.27")]
    [InlineData("localhost:5000", "nginx", "localhost:5000/library/nginx:latest")]
    [InlineData("localhost:5000", "docker.io/team/app:1.0", null)]
    [InlineData("localhost:5000", "localhost/app:1.0", null)]
    [InlineData("localhost:5000/other:1.0", "nginx:1.27", null)]
    [InlineData("docker.io", "nginx:1.27", null)]
    public void The_name_with_library_is_known_if_it_differs(string destination, string source, string? expected) =>
        Assert.Equal(expected, DestinationRule.Parse(destination).LibraryName(ImageReference.Parse(source))?.ToString());

    [Theory]
    [InlineData("localhost:5000", "localhost:5000/team/app")]
    [InlineData("localhost:5000/x/", "localhost:5000/x/team/app")]
    [InlineData("localhost:5000/other", "localhost:5000/other")]
    public void A_source_without_a_tag_is_copied_by_digest(string destination, string expected)
    {
        var target = DestinationRule.Parse(destination).Apply(ImageReference.Parse("quay.io/team/app@" + Digest));
        Assert.Null(target.Tag);
        Assert.Equal(expected, target.Name);
    }

    [Theory]
    [InlineData("app:1.0", "REGISTRY/app:1.0")]
    [InlineData("app:latest", "REGISTRY/app:latest")]
    [InlineData("localhost:0", "")]
    [InlineData("localhost:65536", "")]
    [InlineData("localhost:99999999999", "")]
    [InlineData("localhost:", "")]
    [InlineData("", "")]
    [InlineData("-host", "")]
    [InlineData("host name", "")]
    [InlineData("nginx@" + Digest, "")]
    [InlineData("team/app", "docker.io/team/app")]
    [InlineData("team/app:1.0", "docker.io/team/app:1.0")]
    [InlineData("library/", "docker.io/library/")]
    [InlineData("/app", "")]
    [InlineData("localhost:5000/Upper", "lower case")]
    [InlineData("localhost:5000/Upper/", "Use 'localhost:5000/upper/'.")]
    [InlineData("localhost:5000//", "")]
    [InlineData("localhost:5000/a//b/", "")]
    [InlineData("localhost:5000/app:", "")]
    [InlineData("localhost:5000/app:a b", "")]
    [InlineData("localhost:5000/app@sha256:12", "")]
    [InlineData("https://localhost:5000", "Use 'localhost:5000'")]
    [InlineData("http://localhost:5000/team/", "Use 'localhost:5000/team/'")]
    [InlineData("HTTPS://ghcr.io/owner/app:1.0", "Use 'ghcr.io/owner/app:1.0'")]
    [InlineData("docker://ghcr.io/owner/", "Use 'ghcr.io/owner/'")]
    public void Other_text_is_rejected_with_a_recommended_action(string destination, string hint)
    {
        var error = Assert.Throws<InvalidReferenceException>(() => DestinationRule.Parse(destination));
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Contains($"'{destination}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Message + error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5000")]
    [InlineData("localhost:5000/mirror/")]
    public void A_nameless_image_needs_a_full_name(string destination) =>
        Assert.Throws<InvalidReferenceException>(() => DestinationRule.Parse(destination).Apply(null));

    [Fact]
    public void A_nameless_image_gets_a_full_name() =>
        Assert.Equal("localhost:5000/app:1.0", DestinationRule.Parse("localhost:5000/app:1.0").Apply(null).ToString());
}

using CsCheck;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27")]
    [InlineData("team/app", "docker.io/team/app:latest", "team/app:latest")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("registry-1.docker.io/team/app:1", "docker.io/team/app:1", "team/app:1")]
    [InlineData("docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest")]
    [InlineData("localhost/app", "localhost/app:latest", "localhost/app:latest")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest")]
    [InlineData("host:80/a/b-c__d.e:v1", "host:80/a/b-c__d.e:v1", "host:80/a/b-c__d.e:v1")]
    [InlineData("[2001:db8::1]:443/app", "[2001:db8::1]:443/app:latest", "[2001:db8::1]:443/app:latest")]
    [InlineData("nginx@" + Digest, "docker.io/library/nginx@" + Digest, "nginx@" + Digest)]
    [InlineData("ghcr.io/a/b:1@" + Digest, "ghcr.io/a/b:1@" + Digest, "ghcr.io/a/b:1@" + Digest)]
    public void A_reference_is_normalized_and_its_short_form_parses_to_it(string text, string full, string shortForm)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(full, reference.ToString());
        Assert.Equal(shortForm, reference.ShortForm);
        Assert.Equal(reference, ImageReference.Parse(reference.ShortForm));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("Nginx")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a_-b")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a:b:c/d:e")]
    [InlineData("a:.tag")]
    [InlineData("a@sha256:12")]
    [InlineData("a@md5:2cf24dba5fb0a30e26e83b2ac5b9e29e")]
    [InlineData("host:70000/app")]
    [InlineData("host:x/app")]
    [InlineData("localhost/")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("http://host:80/app")]
    [InlineData("https://ghcr.io/a/b:1")]
    [InlineData("docker://ghcr.io/a/b:1")]
    public void Other_text_is_InvalidReference_and_named_in_the_message(string text)
    {
        var error = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text));
        Assert.Contains($"'{text.Replace('\n', ' ')}'", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.False(ImageReference.TryParse(text, out _));
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.Equal(128, ImageReference.Parse("a:" + new string('t', 128)).Tag!.Length);
        Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse("a:" + new string('t', 129)));
    }

    [Fact]
    public void Host_and_repository_have_at_most_255_characters()
    {
        Assert.Equal(255, ImageReference.Parse("h.io/" + new string('r', 250)).Name.Length);
        Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse("h.io/" + new string('r', 251)));
    }

    [Fact]
    public void Whatever_parses_round_trips()
    {
        var text = Gen.Char["aZ09._-:/@[]"].Array[0, 24].Select(characters => new string(characters));
        text.Sample(
            candidate =>
            {
                if (ImageReference.TryParse(candidate, out var reference))
                {
                    Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
                }
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("ghcr.io/MyOrg/App:V1", "Use 'ghcr.io/myorg/app:V1'.")]
    [InlineData("App", "Use 'app'.")]
    [InlineData("GHCR.io/MyOrg/app", "Use 'GHCR.io/myorg/app'.")]
    [InlineData("ghcr.io/My Org/app", "Use [registry/]repository")]
    public void The_error_for_upper_case_letters_suggests_the_lower_case_name(string text, string action) => Assert.StartsWith(
        action, Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text)).RecommendedAction, StringComparison.Ordinal);
}

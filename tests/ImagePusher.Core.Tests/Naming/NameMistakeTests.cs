using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

/// <summary>Mistakes in names are recognized, and nothing that is a name, path or digest is.</summary>
public sealed class NameMistakeTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("bob:pw@localhost:5000/app:1", "localhost:5000/app:1")]
    [InlineData("bob:p@w@ghcr.io/owner/app", "ghcr.io/owner/app")]
    [InlineData("bob:p/w@ghcr.io/owner/app", "ghcr.io/owner/app")]
    [InlineData("bob:pw@intern/app", "intern/app")]
    [InlineData("token@ghcr.io/owner/app", "ghcr.io/owner/app")]
    [InlineData("bob:pw@ghcr.io/owner/app@" + Digest, "ghcr.io/owner/app@" + Digest)]
    public void Credentials_are_recognized(string text, string name)
    {
        var error = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text));
        Assert.Equal(ErrorTopic.CredentialsInName, error.Topic);
        Assert.StartsWith($"Use '{name}', and specify", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("pw@", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token@", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$env:REGISTRY/app")]
    [InlineData("ghcr.io/$owner/app:1")]
    [InlineData("ghcr.io/${OWNER}/app")]
    [InlineData("$(Registry)/app")]
    [InlineData("%REGISTRY%/app")]
    [InlineData("ghcr.io/{{ owner }}/app")]
    [InlineData("ghcr.io/<owner>/app")]
    public void Variables_are_recognized(string text) =>
        Assert.Equal(ErrorTopic.UnreplacedVariable, Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text)).Topic);

    [Theory]
    [InlineData("hello@@sha256:abc")]
    [InlineData("hello:1@@sha256:abc")]
    [InlineData("app@sha256:abc")]
    [InlineData("localhost:5000/app:1@sha256:abc")]
    [InlineData("app@1.0")]
    [InlineData("node@types/node")]
    public void A_wrong_digest_is_shown(string text)
    {
        var error = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text));
        Assert.Equal(ErrorTopic.None, error.Topic);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5000/app:1@latest")]
    [InlineData("app:1@latest")]
    [InlineData("registry.example.com:443/app:1@v1.0")]
    public void A_tag_after_a_tag_is_not_credentials(string text) =>
        Assert.Equal(ErrorTopic.None, Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text)).Topic);

    [Theory]
    [InlineData(@"C:\Users\me\app.tar")]
    [InlineData(@"c:\images\app")]
    [InlineData(@".\app.tar")]
    [InlineData(@"images\app.tar")]
    [InlineData(@"\\server\share\app")]
    public void A_Windows_path_is_not_a_name_with_backslashes(string path) => Assert.Null(NameMistakes.Find(path, NameMistakes.Image));

    [Theory]
    [InlineData(@"ghcr.io\owner\app:1", "ghcr.io/owner/app:1")]
    [InlineData(@"team\app", "team/app")]
    [InlineData(@"localhost:5000\team\", "localhost:5000/team/")]
    public void A_name_with_backslashes_is_recognized(string text, string name) =>
        Assert.Equal($"Use '{name}'.", NameMistakes.Find(text, "destination")?.RecommendedAction);

    [Fact]
    public void A_valid_name_is_never_rejected_or_changed()
    {
        var random = new Random(20260801);
        string[] hosts = ["", "localhost/", "localhost:5000/", "ghcr.io/", "registry.example.com:443/", "[::1]:5000/", "10.0.0.1/",
            "a_b.c/"];
        string[] parts = ["app", "team/app", "a/b/c/d", "x__y", "a-b.c_d", "env", "library/nginx", "0", "a/1.0"];
        string[] tags = ["", ":1", ":latest", ":v1.2.3-rc_1", ":_x", ":A.B-C"];
        string[] digests = ["", "@" + Digest];
        for (var round = 0; round < 20_000; round++)
        {
            string Pick(string[] from) => from[random.Next(from.Length)];
            var text = Pick(hosts) + Pick(parts) + Pick(tags) + Pick(digests);
            var name = ImageReference.Parse(text);
            Assert.Equal(name, ImageReference.Parse(name.ToString()));
            Assert.Equal(name, ImageReference.Parse(name.ShortForm));
        }
    }

    [Fact]
    public void Any_text_is_a_name_or_one_error_without_the_secret_in_it()
    {
        var random = new Random(20260802);
        string[] pieces = ["app", "/", ":", "@", "\\", "$", "%", "<", "{", "localhost", "ghcr.io", "5000", "sha256:", Digest, "S3cret", " ",
            "."];
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (!ImageReference.TryParse(text, out var name))
            {
                var error = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text));
                Assert.True(error.Topic is ErrorTopic.None or ErrorTopic.CredentialsInName or ErrorTopic.UnreplacedVariable);
            }
            else
            {
                Assert.Equal(name, ImageReference.Parse(name.ToString()));
            }
        }
    }
}

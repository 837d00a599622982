using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Fuzzing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A registry names content by a digest algorithm that is not supported: the error is typed, and nothing is renamed to
/// sha256.</summary>
public sealed class UnknownAlgorithmTests
{
    private const string Config = """{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"DIGEST","size":1}""";

    public static TheoryData<string, string> Digests => new()
    {
        { "sha384:" + new string('0', 96), "sha384" },
        { "blake3:" + new string('0', 64), "blake3" },
        { "md5+b64u:AAAA=", "md5+b64u" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Digests))]
    public Task In_a_manifest(string digest, string algorithm) => UnsupportedAsync(
        "200\nContent-Type: application/vnd.oci.image.manifest.v1+json\n\n" + Image(digest), algorithm);

    [Theory]
    [MemberData(nameof(Digests))]
    public Task In_an_index(string digest, string algorithm) => UnsupportedAsync(
        "200\nContent-Type: application/vnd.oci.image.index.v1+json\n\n{\"manifests\":["
            + Config.Replace("DIGEST", digest, StringComparison.Ordinal) + "]}", algorithm);

    [Theory]
    [MemberData(nameof(Digests))]
    public Task In_the_header_of_a_response(string digest, string algorithm) => UnsupportedAsync(
        $"200\nContent-Type: application/vnd.oci.image.manifest.v1+json\nDocker-Content-Digest: {digest}\n\n"
            + Image(Digest.Of("x"u8).ToString()), algorithm);

    [Theory]
    [MemberData(nameof(Digests))]
    public async Task As_the_name_under_which_a_pushed_manifest_is_stored(string digest, string algorithm)
    {
        await using var session = Session($"200\n\n\n====\n201\nDocker-Content-Digest: {digest}\n\n\n====\n404\n\n");
        var manifest = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(Image(Digest.Of("x"u8).ToString())));
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(() => session.Repository("registry.example").PublishAsync(
            manifest, ImageReference.Parse("registry.example/team/app:1"), null, Token));
        Assert.Contains(algorithm, error.Message, StringComparison.Ordinal);
    }

    private static async Task UnsupportedAsync(string response, string algorithm)
    {
        await using var session = Session(response);
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(
            () => session.Repository("registry.example").ResolveAsync("1", Token));
        Assert.Contains($"algorithm '{algorithm}'", error.Message, StringComparison.Ordinal);
    }

    private static RegistrySession Session(string responses) =>
        new(change: options => options with { HandlerFactory = _ => new CannedResponses(responses) });

    private static string Image(string digest) =>
        $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{{Config.Replace("DIGEST", digest, StringComparison.Ordinal)}},"layers":[]}
            """;
}

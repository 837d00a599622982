using System.Net;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>
/// The requests of containerd, in its order and with its headers, as version 1.6.20 sent them to this registry, and its requirements for
/// the responses (containerd, core/remotes/docker/resolver.go, fetcher.go and pusher.go).
/// </summary>
public sealed class ContainerdOrderTests
{
    private const string Resolvable =
        $"{MediaTypes.DockerManifest}, {MediaTypes.DockerList}, {MediaTypes.OciManifest}, {MediaTypes.OciIndex}, */*";

    private static readonly TestImage[] Images = [TestImage.Of(Http.RandomBytes(1_500_000, 1), Http.RandomBytes(90, 2)),
        TestImage.Of(Http.RandomBytes(1_500_000, 1), Http.RandomBytes(80, 3))];
    private static readonly byte[] Index =
        Documents.Index(Images.Select(image => Documents.Descriptor(MediaTypes.OciManifest, image.Manifest))).Bytes();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_checks_all_blobs_sends_each_by_one_PUT_then_manifests_by_digest_and_the_index_by_tag()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        var pushed = await registry.Cache.ListAsync(Token);
        Assert.Equal(Http.DigestOf(Index), Assert.Single(pushed, image => image.Name == "localhost/team/app:1").Digest.ToString());
    }

    [Fact]
    public async Task A_second_push_finds_everything_by_HEAD_and_sends_nothing()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        Assert.All(await Task.WhenAll(
            Blobs().Select(blob => HeadAsync(registry, $"blobs/{Http.DigestOf(blob)}", "application/octet-stream"))),
            answer => answer.Is(HttpStatusCode.OK));
        foreach (var image in Images)
        {
            (await HeadAsync(registry, $"manifests/{image.Digest}", MediaTypes.OciManifest)).Is(HttpStatusCode.OK);
        }

        // Only this header states that the tag need not be pushed.
        Assert.Equal(Http.DigestOf(Index),
            (await HeadAsync(registry, "manifests/1", MediaTypes.OciIndex)).Is(HttpStatusCode.OK)["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task A_pull_resolves_the_tag_by_HEAD_and_fetches_by_digest_with_the_type_it_expects()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        await PullAsync(registry, "team/app", "");
    }

    [Fact]
    public async Task An_interrupted_fetch_resumes_by_Range()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        var layer = Images[0].Layers[0];
        var rest = await registry.GetAsync(
            $"/v2/team/app/blobs/{Http.DigestOf(layer)}", ("Accept", $"{MediaTypes.OciLayerGzip}, */*"),
            ("Accept-Encoding", "zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"), ("Range", "bytes=1000000-"));
        Assert.StartsWith("bytes 1000000-", rest.Is(HttpStatusCode.PartialContent)["Content-Range"], StringComparison.Ordinal);
        Assert.Equal(layer[1_000_000..], rest.Body);
    }

    [Fact]
    public async Task A_mirror_receives_the_namespace_in_the_query()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        await registry.Cache.PublishAsync(Manifest.Parse(Index), ImageReference.Parse("docker.io/library/hello:1"), null, Token);
        await PullAsync(registry, "library/hello", "?ns=docker.io");
    }

    private static IEnumerable<byte[]> Blobs() =>
        Images.SelectMany(image => image.Layers.Append(image.Config)).DistinctBy(blob => Http.DigestOf(blob));

    private static async Task PushAsync(RunningRegistry registry)
    {
        await Task.WhenAll(Blobs().Select(async blob =>
        {
            var digest = Http.DigestOf(blob);
            (await HeadAsync(registry, $"blobs/{digest}", MediaTypes.OciLayerGzip)).Is(HttpStatusCode.NotFound);
            var begun = (await registry.SendAsync("POST", $"/v2/team/app/blobs/uploads/?mount={digest}&from=library/hello", [])).Is(
                HttpStatusCode.Accepted);
            var done = await registry.SendAsync("PUT", $"{begun["Location"]}?digest={Uri.EscapeDataString(digest)}", blob,
                ("Content-Type", "application/octet-stream"));
            Assert.Equal(digest, done.Is(HttpStatusCode.Created)["Docker-Content-Digest"]);
        }));
        foreach (var (name, manifest, type) in Images.Select(image => (image.Digest, image.Manifest, MediaTypes.OciManifest))
            .Append(("1", Index, MediaTypes.OciIndex)))
        {
            (await HeadAsync(registry, $"manifests/{name}", type)).Is(HttpStatusCode.NotFound);
            Assert.Equal(Http.DigestOf(manifest),
                (await registry.PutManifestAsync(name, manifest, type)).Is(HttpStatusCode.Created)["Docker-Content-Digest"]);
        }
    }

    private static async Task PullAsync(RunningRegistry registry, string repository, string query)
    {
        var resolved = (await registry.SendAsync("HEAD", $"/v2/{repository}/manifests/1{query}", null, ("Accept", Resolvable))).Is(
            HttpStatusCode.OK);
        Assert.Equal((MediaTypes.OciIndex, $"{Index.Length}", Http.DigestOf(Index)),
            (resolved["Content-Type"], resolved["Content-Length"], resolved["Docker-Content-Digest"]));
        var fetched = new[] { (Index, MediaTypes.OciIndex, "manifests") }
            .Concat(Images.Select(image => (image.Manifest, MediaTypes.OciManifest, "manifests")))
            .Concat(Blobs().Select(blob => (blob, MediaTypes.OciLayerGzip, "blobs")));
        foreach (var (content, type, kind) in fetched)
        {
            var answer = await registry.GetAsync($"/v2/{repository}/{kind}/{Http.DigestOf(content)}{query}", ("Accept", $"{type}, */*"),
                ("Accept-Encoding", "gzip"));
            Assert.Equal(content, answer.Is(HttpStatusCode.OK).Body);
            Assert.Null(answer["Content-Encoding"]);
        }
    }

    private static Task<Answer> HeadAsync(RunningRegistry registry, string what, string type) =>
        registry.SendAsync("HEAD", $"/v2/team/app/{what}", null, ("Accept", $"{type}, */*"));
}

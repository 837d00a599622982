using System.Net;
using System.Text.Json.Nodes;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>
/// The requests of docker's daemon, in its order and with its headers, as version 20.10.24 sent them to this registry, and its requirements
/// for the responses (moby, distribution/push_v2.go and pull_v2.go; distribution, registry/client/blob_writer.go).
/// </summary>
public sealed class DockerOrderTests
{
    private static readonly (string, string) Close = ("Connection", "close");

    private static readonly (string, string)[] Accept =
    [
        .. new[]
        {
            "application/json", MediaTypes.OciManifest, MediaTypes.DockerManifest, MediaTypes.DockerList, MediaTypes.OciIndex,
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
        }.Select(type => ("Accept", type)),
        Close,
    ];

    private static readonly byte[][] Layers = [Http.RandomBytes(2_000_000, 1), Http.RandomBytes(700, 2)];
    private static readonly byte[] Config =
        """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_sends_layers_concurrently_then_the_config_then_the_manifest()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        var image = Assert.Single(await registry.Cache.ListAsync(Token));
        Assert.Equal(("localhost/team/app:1", Http.DigestOf(Image())), (image.Name, image.Digest.ToString()));
    }

    [Fact]
    public async Task A_push_to_a_second_repository_finds_the_layers_by_HEAD_and_sends_only_the_manifest()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        (await registry.GetAsync("/v2/", Close)).Is(HttpStatusCode.OK);
        foreach (var blob in Layers.Append(Config))
        {
            (await registry.SendAsync("HEAD", $"/v2/team/second/blobs/{Http.DigestOf(blob)}", null, Close)).Is(HttpStatusCode.OK);
        }

        await PutManifestAsync(registry, "team/second");
        await PullAsync(registry, "team/second");
    }

    [Fact]
    public async Task A_layer_of_another_repository_is_mounted_by_POST()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        var digest = Http.DigestOf(Layers[0]);
        var mounted = (await registry.SendAsync("POST",
            $"/v2/team/third/blobs/uploads/?from=team%2Fapp&mount={Uri.EscapeDataString(digest)}", [], Close)).Is(HttpStatusCode.Created);
        Assert.Equal(digest, mounted["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task A_pull_resolves_the_tag_by_HEAD_and_then_reads_by_digest_concurrently()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        await PullAsync(registry, "team/app");
    }

    [Fact]
    public async Task A_pull_of_an_index_continues_with_one_of_its_manifests()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PushAsync(registry);
        var index = Documents.Index(Documents.Descriptor(MediaTypes.DockerManifest, Image())).Bytes();
        (await registry.PutManifestAsync("all", index, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        var digest = (await registry.SendAsync("HEAD", "/v2/team/app/manifests/all", null, Accept)).Is(
            HttpStatusCode.OK)["Docker-Content-Digest"];
        var answer = (await registry.GetAsync($"/v2/team/app/manifests/{digest}", Accept)).Is(HttpStatusCode.OK);
        Assert.Equal(MediaTypes.OciIndex, answer["Content-Type"]);
        Assert.Equal(index, answer.Body);
        await PullByDigestAsync(registry, "team/app", answer.Json.GetProperty("manifests")[0].GetProperty("digest").GetString()!);
    }

    private static async Task PushAsync(RunningRegistry registry)
    {
        (await registry.GetAsync("/v2/", Close)).Is(HttpStatusCode.OK);
        await Task.WhenAll(Layers.Select(layer => PushBlobAsync(registry, layer)));
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{Http.DigestOf(Config)}", null, Close)).Is(HttpStatusCode.NotFound);
        await PushBlobAsync(registry, Config);
        await PutManifestAsync(registry, "team/app");
    }

    private static async Task PushBlobAsync(RunningRegistry registry, byte[] blob)
    {
        var begun = (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/", [], Close)).Is(HttpStatusCode.Accepted);
        var sent = (await registry.SendAsync("PATCH", begun["Location"]!, blob, ("Transfer-Encoding", "chunked"), Close)).Is(
            HttpStatusCode.Accepted);

        // It parses the header by "%d-%d", and the resulting length must be that of the blob.
        Assert.Equal($"0-{blob.Length - 1}", sent["Range"]);
        Assert.NotEmpty(sent["Docker-Upload-UUID"]!);
        var digest = Http.DigestOf(blob);
        (await registry.SendAsync("PUT", $"{sent["Location"]}?digest={Uri.EscapeDataString(digest)}", [], Close)).Is(
            HttpStatusCode.Created);
        var there = (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{digest}", null, Close)).Is(HttpStatusCode.OK);
        Assert.Equal($"{blob.Length}", there["Content-Length"]);
    }

    private static async Task PutManifestAsync(RunningRegistry registry, string repository)
    {
        var answer = await registry.SendAsync("PUT", $"/v2/{repository}/manifests/1", Image(), ("Content-Type", MediaTypes.DockerManifest),
            Close);
        Assert.Equal(Http.DigestOf(Image()), answer.Is(HttpStatusCode.Created)["Docker-Content-Digest"]);
    }

    private static async Task PullAsync(RunningRegistry registry, string repository)
    {
        (await registry.GetAsync("/v2/", Close)).Is(HttpStatusCode.OK);
        var found = (await registry.SendAsync("HEAD", $"/v2/{repository}/manifests/1", null, Accept)).Is(HttpStatusCode.OK);
        Assert.Equal((MediaTypes.DockerManifest, $"{Image().Length}"), (found["Content-Type"], found["Content-Length"]));
        await PullByDigestAsync(registry, repository, found["Docker-Content-Digest"]!);
    }

    private static async Task PullByDigestAsync(RunningRegistry registry, string repository, string digest)
    {
        Assert.Equal(Image(), (await registry.GetAsync($"/v2/{repository}/manifests/{digest}", Accept)).Is(HttpStatusCode.OK).Body);
        var blobs = await Task.WhenAll(Layers.Append(Config).Select(blob =>
            registry.GetAsync($"/v2/{repository}/blobs/{Http.DigestOf(blob)}", ("Accept-Encoding", "gzip"), Close)));
        Assert.Equal(Layers.Append(Config), blobs.Select(blob => blob.Is(HttpStatusCode.OK).Body));
        Assert.All(blobs, blob => Assert.Null(blob["Content-Encoding"]));
    }

    private static byte[] Image()
    {
        JsonObject Descriptor(string type, byte[] content) => Documents.Descriptor(type, content);
        var manifest = Documents.Manifest(Descriptor(MediaTypes.DockerConfig, Config),
            Layers.Select(layer => Descriptor(MediaTypes.DockerLayerGzip, layer)));
        manifest["mediaType"] = MediaTypes.DockerManifest;
        return manifest.Bytes();
    }
}

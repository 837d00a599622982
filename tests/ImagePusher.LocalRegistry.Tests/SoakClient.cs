using System.Net;
using System.Net.Sockets;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>
/// A client of the soak test: it works in its own repository, so that the expected state is known, pushes layers that all clients share,
/// and reads the content pushed by the other clients.
/// </summary>
internal sealed class SoakClient(RunningRegistry registry, int number, int clients)
{
    private const int SharedLayers = 6;

#pragma warning disable CA5394 // Test data, not a secret.
    private readonly Random _random = new(number);

    private readonly Dictionary<string, TestImage> _images = [];
    private readonly HashSet<string> _referrers = [];
    private TestImage? _subject;

    public string Repository => RepositoryOf(number);

    /// <summary>The expected images, by tag.</summary>
    public IReadOnlyDictionary<string, TestImage> Images => _images;

    public int Steps { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task StepAsync()
    {
        Steps++;
        await (_random.Next(11) switch
        {
            < 4 => PushAsync($"t{_random.Next(12)}"),
            4 => PullAsync(),
            5 => VisitAsync(RepositoryOf((number + 1 + _random.Next(clients - 1)) % clients)),
            6 => RemoveAsync(),
            7 => IsListedAsync(registry),
            8 => ReferAsync(),
            9 => AbandonAsync(),
            _ => registry.Cache.CollectGarbageAsync(cancellationToken: Token),
        });
    }

    /// <summary>Asserts that exactly what it pushed and did not remove is listed, byte for byte.</summary>
    public async Task IsWholeAsync(RunningRegistry of)
    {
        await IsListedAsync(of);
        foreach (var (tag, image) in _images)
        {
            await IsThereAsync(of, tag, image);
        }
    }

    private static string RepositoryOf(int client) => $"soak/client{client}";

    private async Task PushAsync(string tag)
    {
        byte[][] layers =
        [
            .. Enumerable.Range(0, _random.Next(3)).Select(_ => Http.RandomBytes(60_000, _random.Next(SharedLayers))),
            Http.RandomBytes(_random.Next(1, 100_000), _random.Next(int.MaxValue)),
        ];
        var image = TestImage.Of(layers);
        foreach (var blob in layers.Append(image.Config))
        {
            await PushBlobAsync(blob);
        }

        var answer = (await registry.PutManifestAsync(tag, image.Manifest, repository: Repository)).Is(HttpStatusCode.Created);
        Assert.Equal(image.Digest, answer["Docker-Content-Digest"]);
        _images[tag] = image;
        await IsThereAsync(registry, tag, image);
    }

    private async Task PushBlobAsync(byte[] blob)
    {
        var (digest, half) = (Http.DigestOf(blob), blob.Length / 2);
        var there = await registry.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}");
        if (there.Status == HttpStatusCode.OK && _random.Next(4) > 0)
        {
            return;
        }

        var form = _random.Next(5);
        if (form == 0)
        {
            (await registry.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={digest}", blob)).Is(HttpStatusCode.Created);
            return;
        }

        if (form == 1)
        {
            // Mounted (201) if another worker has pushed it, otherwise an upload (202).
            var asked = await registry.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?mount={digest}&from={RepositoryOf(0)}", []);
            if (asked.Status != HttpStatusCode.Created)
            {
                (await registry.SendAsync("PUT", $"{asked.Is(HttpStatusCode.Accepted)["Location"]}?digest={digest}", blob)).Is(
                    HttpStatusCode.Created);
            }

            return;
        }

        var place = await registry.StartUploadAsync(Repository);
        switch (form)
        {
            case 2:
                (await registry.SendAsync("PATCH", place, blob, ("Transfer-Encoding", "chunked"))).Is(HttpStatusCode.Accepted);
                break;
            case 3 when half > 0:
                (await registry.SendAsync("PATCH", place, blob[..half], ("Content-Range", $"0-{half - 1}"))).Is(HttpStatusCode.Accepted);
                Assert.Equal($"0-{half - 1}", (await registry.GetAsync(place)).Is(HttpStatusCode.NoContent)["Range"]);
                (await registry.SendAsync("PATCH", place, blob[half..], ("Content-Range", $"{half}-{blob.Length - 1}"))).Is(
                    HttpStatusCode.Accepted);
                break;
            default:
                (await registry.SendAsync("PUT", $"{place}?digest={digest}", blob)).Is(HttpStatusCode.Created);
                return;
        }

        (await registry.SendAsync("PUT", $"{place}?digest={digest}", [])).Is(HttpStatusCode.Created);
    }

    private async Task PullAsync()
    {
        if (_images.Count > 0)
        {
            var (tag, image) = _images.ElementAt(_random.Next(_images.Count));
            await IsThereAsync(registry, tag, image);
        }
    }

    private async Task IsThereAsync(RunningRegistry of, string tag, TestImage image)
    {
        Assert.Equal(image.Manifest, (await of.GetAsync($"/v2/{Repository}/manifests/{tag}")).Is(HttpStatusCode.OK).Body);
        foreach (var blob in image.Layers.Append(image.Config))
        {
            Assert.Equal(blob, (await of.GetAsync($"/v2/{Repository}/blobs/{Http.DigestOf(blob)}")).Is(HttpStatusCode.OK).Body);
        }
    }

    // Another client may remove a tag concurrently; what is still readable must be complete.
    private async Task VisitAsync(string neighbour)
    {
        var answer = await registry.GetAsync($"/v2/{neighbour}/manifests/t{_random.Next(12)}");
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return;
        }

        Assert.Equal(answer.Is(HttpStatusCode.OK)["Docker-Content-Digest"], Http.DigestOf(answer.Body));
        foreach (var digest in answer.Json.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString()!))
        {
            Assert.Equal(digest, Http.DigestOf((await registry.GetAsync($"/v2/{neighbour}/blobs/{digest}")).Is(HttpStatusCode.OK).Body));
        }
    }

    private async Task RemoveAsync()
    {
        if (_images.Count > 0)
        {
            var tag = _images.Keys.ElementAt(_random.Next(_images.Count));
            (await registry.SendAsync("DELETE", $"/v2/{Repository}/manifests/{tag}")).Is(HttpStatusCode.Accepted);
            _images.Remove(tag);
            (await registry.SendAsync("HEAD", $"/v2/{Repository}/manifests/{tag}")).Is(HttpStatusCode.NotFound);
        }
    }

    private async Task IsListedAsync(RunningRegistry of)
    {
        var (found, next) = (new List<string>(), $"/v2/{Repository}/tags/list?n=3");
        while (next.Length > 0)
        {
            var page = await of.GetAsync(next);
            if (page.Status == HttpStatusCode.NotFound && _images.Count == 0)
            {
                return;
            }

            found.AddRange(page.Is(HttpStatusCode.OK).Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
            next = page["Link"] is { } link ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : "";
        }

        Assert.Equal(_images.Keys.Order(StringComparer.Ordinal), found);
    }

    private async Task ReferAsync()
    {
        if (_subject is null)
        {
            _subject = TestImage.Of([(byte)number]);
            await PushBlobAsync(_subject.Config);
            await PushBlobAsync(_subject.Layers[0]);
            (await registry.PutManifestAsync(_subject.Digest, _subject.Manifest, repository: Repository)).Is(HttpStatusCode.Created);
        }

        await PushBlobAsync(Documents.EmptyJson);
        var artifact = Documents.Artifact("application/x", Documents.Descriptor(TestImage.ManifestType, _subject.Manifest), $"{Steps}")
            .Bytes();
        (await registry.PutManifestAsync(Http.DigestOf(artifact), artifact, repository: Repository)).Is(HttpStatusCode.Created);
        _referrers.Add(Http.DigestOf(artifact));
        var list = (await registry.GetAsync($"/v2/{Repository}/referrers/{_subject.Digest}")).Is(HttpStatusCode.OK).Json.GetProperty(
            "manifests");
        Assert.Equal(_referrers.Order(), list.EnumerateArray().Select(entry => entry.GetProperty("digest").GetString()).Order());
    }

    private async Task AbandonAsync()
    {
        var place = await registry.StartUploadAsync(Repository);
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(
            $"PATCH {place} HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: 90000\r\n\r\nbegun"), SocketFlags.None, Token);
    }
}

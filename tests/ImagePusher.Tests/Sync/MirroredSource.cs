using System.IO.Compression;
using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Sync;

/// <summary>A registry with repositories of small images, and a folder for sync files about it.</summary>
internal sealed class MirroredSource : IAsyncDisposable
{
    private readonly TemporaryFolder _storage;

    private MirroredSource(TemporaryFolder storage, DockerRegistry registry) => (_storage, Registry) = (storage, registry);

    public DockerRegistry Registry { get; }

    public string Address => Registry.Address;

    public TemporaryFolder Folder { get; } = new();

    /// <summary>Puts more into the registry, which reads its files at each request.</summary>
    public RegistryStorage Storage => new(_storage.FullName);

    /// <summary>Starts a registry with these images, each of its own content.</summary>
    public static async Task<MirroredSource> StartAsync(CancellationToken cancellationToken, params string[] images)
    {
        var folder = new TemporaryFolder();
        var storage = new RegistryStorage(folder.FullName);
        foreach (var (position, image) in images.Index())
        {
            var (repository, tag) = (image.Split(':')[0], image.Split(':')[1]);
            storage.AddImage(repository, TestImage.Of(Compressed(position + 1)), tag);
        }

        return new MirroredSource(folder,
            await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = folder.FullName }, cancellationToken));
    }

    /// <summary>Writes a sync file; SOURCE in it is the registry.</summary>
    public string File(string content, string name = "mirror.yml") =>
        Folder.Write(name, content.Replace("SOURCE", Address, StringComparison.Ordinal));

    /// <summary>The tags of a registry with their digests: <c>app:1 sha256:…</c>.</summary>
    public static async Task<IReadOnlyList<string>> ImagesOfAsync(string registry, CancellationToken cancellationToken)
    {
        using var client = Http.NewClient();
        var found = new List<string>();
        foreach (var repository in await ListAsync(client, $"http://{registry}/v2/_catalog", "repositories", cancellationToken))
        {
            foreach (var tag in await ListAsync(client, $"http://{registry}/v2/{repository}/tags/list", "tags", cancellationToken))
            {
                found.Add($"{repository}:{tag} {await DigestOfAsync(client, registry, repository, tag, cancellationToken)}");
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _storage.Dispose();
        Folder.Dispose();
    }

    // skopeo compresses a layer that is not.
    private static byte[] Compressed(int seed)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Http.RandomBytes(200, seed));
        }

        return content.ToArray();
    }

    private static async Task<string> DigestOfAsync(HttpClient client, string registry, string repository, string tag,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{registry}/v2/{repository}/manifests/{tag}"));
        request.Headers.TryAddWithoutValidation("Accept", $"{TestImage.IndexType}, {TestImage.ManifestType}");
        using var answer = await client.SendAsync(request, cancellationToken);
        return Http.DigestOf(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(HttpClient client, string url, string property,
        CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri(url), cancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
    }
}

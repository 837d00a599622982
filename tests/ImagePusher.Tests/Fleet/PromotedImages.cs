using System.Text;
using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>A docker-registry with images that have a label "stage", and an index of two of them.</summary>
internal sealed class PromotedImages : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PromotedImages()
    {
        Storage = new RegistryStorage(_folder.FullName);
        (Tested, Untested) = (Of("tested", "amd64", 1), Of("untested", "arm64", 2));
        Index = TestImage.IndexOf(Tested, Untested);
        Storage.AddImage("team/app", Tested, "1.0");
        Storage.AddImage("team/app", Untested, "2.0");
        Storage.AddManifest("team/app", Index, "all");
        Sbom = TestArtifact.Of("application/spdx+json", "what is in it", Tested.Manifest);
        Sbom.AddTo(Storage, "team/app");
        Storage.AddManifest("team/app", TestArtifact.ListOf(Sbom), TestArtifact.TagOf(Tested.Digest));
    }

    public RegistryStorage Storage { get; }

    public TestImage Tested { get; }

    public TestImage Untested { get; }

    public byte[] Index { get; }

    public TestArtifact Sbom { get; }

    public DockerRegistry Registry { get; private set; } = null!;

    public string Repository => $"{Registry.Address}/team/app";

    public static async Task<PromotedImages> StartAsync(CancellationToken cancellationToken)
    {
        var images = new PromotedImages();
        images.Registry = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = images._folder.FullName }, cancellationToken);
        return images;
    }

    public Engine NewEngine(string to) => new() { ["from"] = Repository, ["to"] = to };

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _folder.Dispose();
    }

    private static TestImage Of(string stage, string architecture, int seed)
    {
        var plain = TestImage.Of(Http.RandomBytes(3000, seed), Http.RandomBytes(2000, 9));
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture,
            os = "linux",
            config = new { Labels = new Dictionary<string, string> { ["stage"] = stage } },
            rootfs = new { type = "layers", diff_ids = plain.Layers.Select(layer => Http.DigestOf(layer)) },
        });
        var manifest = Encoding.UTF8.GetString(plain.Manifest)
            .Replace(Http.DigestOf(plain.Config), Http.DigestOf(config), StringComparison.Ordinal)
            .Replace($"\"size\":{plain.Config.Length}}}", $"\"size\":{config.Length}}}", StringComparison.Ordinal);
        return plain with { Config = config, Manifest = Encoding.UTF8.GetBytes(manifest) };
    }
}

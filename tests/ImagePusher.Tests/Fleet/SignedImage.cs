using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>A docker-registry with an image, its SBOM, the SBOM's signature, and a signature that cosign's tag ties to the image.</summary>
internal sealed class SignedImage : IAsyncDisposable
{
    public const string SbomType = "application/spdx+json";
    public const string SignatureType = "application/vnd.example.signature.v1";
    public const string CosignType = "application/vnd.dev.cosign.simplesigning.v1+json";

    private readonly TemporaryFolder _folder = new();

    private SignedImage()
    {
        Storage = new RegistryStorage(_folder.FullName);
        Image = TestImage.Of(Http.RandomBytes(5000));
        Sbom = TestArtifact.Of(SbomType, "what is in it", Image.Manifest);
        SbomSignature = TestArtifact.Of(SignatureType, "signed", Sbom.Manifest);
        Cosign = TestArtifact.Of(CosignType, "signed too", null);
        Storage.AddImage("team/app", Image, "1.0");
        Sbom.AddTo(Storage, "team/app");
        SbomSignature.AddTo(Storage, "team/app");
        Cosign.AddTo(Storage, "team/app", CosignTag);
        Storage.AddManifest("team/app", TestArtifact.ListOf(Sbom), TestArtifact.TagOf(Image.Digest));
        Storage.AddManifest("team/app", TestArtifact.ListOf(SbomSignature), TestArtifact.TagOf(Sbom.Digest));
    }

    public RegistryStorage Storage { get; }

    public TestImage Image { get; }

    public TestArtifact Sbom { get; }

    public TestArtifact SbomSignature { get; }

    public TestArtifact Cosign { get; }

    public string CosignTag => TestArtifact.TagOf(Image.Digest) + ".sig";

    public DockerRegistry Registry { get; private set; } = null!;

    public string Reference => $"{Registry.Address}/team/app:1.0";

    public static async Task<SignedImage> StartAsync(CancellationToken cancellationToken)
    {
        var image = new SignedImage();
        image.Registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = image._folder.FullName },
            cancellationToken);
        return image;
    }

    /// <summary>The digests that a list of referrers names, read from an address without the module.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(string url, CancellationToken cancellationToken)
    {
        using var client = Http.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url));
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.oci.image.index.v1+json");
        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return [.. document.RootElement.GetProperty("manifests").EnumerateArray()
            .Select(entry => entry.GetProperty("digest").GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _folder.Dispose();
    }
}

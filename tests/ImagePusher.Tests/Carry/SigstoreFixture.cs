using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Carry;

/// <summary>An image and the signature that skopeo made, from tests/Fixtures/sigstore, under the tags that cosign and skopeo
/// read.</summary>
internal static class SigstoreFixture
{
    private const string Image = "sha256:4914fb9672b06f3dcfb4248c9929e3c4ac8e3697393dc7fdfa463b1a4b3fa749";
    private const string Signature = "sha256:305ef40482a83c69742383853b32a3b0f955dc752c118214d834e3e9ab0f2d10";

    private static string Blobs => Path.Combine(AppContext.BaseDirectory, "Fixtures", "sigstore", "blobs");

    /// <summary>The tag of the signature.</summary>
    public static string Tag => TestArtifact.TagOf(Image) + ".sig";

    /// <summary>The digests of the signature's manifest, config and layer.</summary>
    public static IReadOnlyList<string> SignatureBlobs { get; } =
    [
        Signature,
        "sha256:90aa6399a1b889454ac6c35ced76c59138560aa3ef7c03ee10293972441378b0",
        "sha256:9b603b7650d14adfdb1d027577ebbb0480acb71471d1b191e63ddba9a1ac587c",
    ];

    /// <summary>The bytes of a blob.</summary>
    public static byte[] Blob(string digest) =>
        File.ReadAllBytes(Path.Combine(Blobs, digest.Replace(':', Path.DirectorySeparatorChar)));

    /// <summary>Puts the image as <c>team/app:1</c> and its signature into a registry's storage.</summary>
    public static void AddTo(RegistryStorage storage)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Blobs, "sha256")))
        {
            storage.AddBlob("team/app", File.ReadAllBytes(file));
        }

        storage.AddManifest("team/app", Blob(Image), "1");
        storage.AddManifest("team/app", Blob(Signature), Tag);
    }
}

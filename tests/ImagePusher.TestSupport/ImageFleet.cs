using System.Text;

namespace ImagePusher.TestSupport;

/// <summary>
/// Many small images that share layers as real ones do: one base for every few repositories, one layer for all tags of a repository,
/// one of each image's own. Every tenth is an index of two platforms.
/// </summary>
public sealed class ImageFleet
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const int TagsOfRepository = 5;
    private const int RepositoriesOfBase = 6;

    private ImageFleet(IReadOnlyDictionary<string, string> images, IReadOnlySet<string> blobs) => (Images, Blobs) = (images, blobs);

    /// <summary>The digests by <c>repository:tag</c>, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, string> Images { get; }

    /// <summary>The digests of all blobs, without manifests.</summary>
    public IReadOnlySet<string> Blobs { get; }

    /// <summary>Puts a fleet into a registry's storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="count">How many images.</param>
    /// <param name="layerSize">The bytes of an image's own layer; a repository's has four times as many, a base sixteen times.</param>
    public static ImageFleet Write(RegistryStorage storage, int count, int layerSize = 4096)
    {
        var (images, blobs) = (new Dictionary<string, string>(), new HashSet<string>());
        for (var number = 0; number < count; number++)
        {
            var group = number / TagsOfRepository;
            var (repository, tag) = ($"fleet/team{group / RepositoriesOfBase}/app{group}", $"1.{number % TagsOfRepository}");
            byte[][] shared = [Http.RandomBytes(16 * layerSize, 1_000_000 + (group / RepositoriesOfBase)), Http.RandomBytes(4 * layerSize, 2_000_000 + group)];
            var image = TestImage.Of([.. shared, Http.RandomBytes(layerSize, number + 1)]);
            blobs.UnionWith(image.Layers.Append(image.Config).Select(blob => Http.DigestOf(blob)));
            if (number % 10 != 9)
            {
                images[$"{repository}:{tag}"] = storage.AddImage(repository, image, tag);
                continue;
            }

            var other = TestImage.Of([.. shared, Http.RandomBytes(layerSize, 3_000_000 + number)]);
            blobs.UnionWith(other.Layers.Append(other.Config).Select(blob => Http.DigestOf(blob)));
            storage.AddImage(repository, image, null);
            storage.AddImage(repository, other, null);
            images[$"{repository}:{tag}"] = storage.AddManifest(repository, Index(image, other), tag);
        }

        return new ImageFleet(images, blobs);
    }

    private static byte[] Index(TestImage one, TestImage other)
    {
        string[] entries =
        [
            .. new[] { (Image: one, Architecture: "amd64"), (Image: other, Architecture: "arm64") }.Select(entry =>
                $$"""{"mediaType":"{{TestImage.ManifestType}}","digest":"{{entry.Image.Digest}}","size":{{entry.Image.Manifest.Length}},"platform":{"architecture":"{{entry.Architecture}}","os":"linux"} }"""),
        ];
        return Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""");
    }
}

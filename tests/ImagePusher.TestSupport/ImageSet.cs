namespace ImagePusher.TestSupport;

/// <summary>
/// Many small images that share layers as real ones do: one base for every few repositories, one layer for all tags of a repository,
/// one of each image's own. Every tenth is an index of two platforms.
/// </summary>
public sealed class ImageSet
{
    private const int TagsOfRepository = 5;
    private const int RepositoriesOfBase = 6;

    private ImageSet(IReadOnlyDictionary<string, string> images, IReadOnlyDictionary<string, int> blobs) =>
        (Images, Blobs, BlobBytes) = (images, blobs.Keys.ToHashSet(), blobs.Values.Sum(size => (long)size));

    /// <summary>The digests by <c>repository:tag</c>, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, string> Images { get; }

    /// <summary>The digests of all blobs, without manifests.</summary>
    public IReadOnlySet<string> Blobs { get; }

    /// <summary>The bytes of all blobs, each counted once.</summary>
    public long BlobBytes { get; }

    /// <summary>How many blobs several repositories have in common: the bases.</summary>
    public int SharedByRepositories =>
        (Images.Count + (TagsOfRepository * RepositoriesOfBase) - 1) / (TagsOfRepository * RepositoriesOfBase);

    /// <summary>Puts a set of images into a registry's storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="count">How many images.</param>
    /// <param name="layerSize">The bytes of an image's own layer; a repository's has four times as many, a base sixteen times.</param>
    public static ImageSet Write(RegistryStorage storage, int count, int layerSize = 4096)
    {
        var (images, blobs) = (new Dictionary<string, string>(), new Dictionary<string, int>());
        void Note(TestImage image)
        {
            foreach (var blob in image.Layers.Append(image.Config))
            {
                blobs[Http.DigestOf(blob)] = blob.Length;
            }
        }

        for (var number = 0; number < count; number++)
        {
            var group = number / TagsOfRepository;
            var (repository, tag) = ($"fleet/team{group / RepositoriesOfBase}/app{group}", $"1.{number % TagsOfRepository}");
            byte[][] shared = [Http.RandomBytes(16 * layerSize, 1_000_000 + (group / RepositoriesOfBase)),
                Http.RandomBytes(4 * layerSize, 2_000_000 + group)];
            var image = TestImage.Of([.. shared, Http.RandomBytes(layerSize, number + 1)]);
            Note(image);
            if (number % 10 != 9)
            {
                images[$"{repository}:{tag}"] = storage.AddImage(repository, image, tag);
                continue;
            }

            var other = TestImage.Of([.. shared, Http.RandomBytes(layerSize, 3_000_000 + number)]);
            Note(other);
            storage.AddImage(repository, image, null);
            storage.AddImage(repository, other, null);
            images[$"{repository}:{tag}"] = storage.AddManifest(repository, TestImage.IndexOf(image, other), tag);
        }

        return new ImageSet(images, blobs);
    }
}

namespace ImagePusher.TestSupport;

/// <summary>
/// Writes images straight into a docker-registry's storage folder (distribution's filesystem driver, layout v2): a set of images is there
/// in
/// a moment, without the code under test.
/// </summary>
/// <param name="folder">The storage folder, as in <see cref="DockerRegistryOptions.StorageFolder"/>.</param>
public sealed class RegistryStorage(string folder)
{
    private readonly string _root = Path.Combine(folder, "docker", "registry", "v2");

    /// <summary>Puts a blob into a repository and returns its digest.</summary>
    public string AddBlob(string repository, byte[] content)
    {
        var hex = Store(content);
        Write(Path.Combine(_root, "repositories", repository, "_layers", "sha256", hex, "link"), $"sha256:{hex}");
        return $"sha256:{hex}";
    }

    /// <summary>Puts a manifest into a repository and returns its digest.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="content">The manifest.</param>
    /// <param name="tag">Its tag; null: it is stored by its digest only.</param>
    public string AddManifest(string repository, byte[] content, string? tag)
    {
        var hex = Store(content);
        var manifests = Path.Combine(_root, "repositories", repository, "_manifests");
        Write(Path.Combine(manifests, "revisions", "sha256", hex, "link"), $"sha256:{hex}");
        if (tag is not null)
        {
            Write(Path.Combine(manifests, "tags", tag, "current", "link"), $"sha256:{hex}");
            Write(Path.Combine(manifests, "tags", tag, "index", "sha256", hex, "link"), $"sha256:{hex}");
        }

        return $"sha256:{hex}";
    }

    /// <summary>Puts an image with all its blobs into a repository and returns its digest.</summary>
    public string AddImage(string repository, TestImage image, string? tag)
    {
        foreach (var blob in image.Layers.Append(image.Config))
        {
            AddBlob(repository, blob);
        }

        return AddManifest(repository, image.Manifest, tag);
    }

    private string Store(byte[] content)
    {
        var hex = Http.DigestOf(content)["sha256:".Length..];
        var path = Path.Combine(_root, "blobs", "sha256", hex[..2], hex, "data");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }

        return hex;
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

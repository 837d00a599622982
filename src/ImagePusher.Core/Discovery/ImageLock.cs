using System.Text;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Discovery;

/// <summary>
/// Writes the ImagesLock of carvel's kbld and imgpkg: each image by its digest, with the original reference in the
/// annotation <c>kbld.carvel.dev/id</c>.
/// </summary>
internal sealed class ImageLock
{
    private const string DockerHubIndex = "index.docker.io";

    private static readonly HashSet<string> Words =
        new(["null", "true", "false", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    private readonly SortedSet<(string Id, string Image)> _images =
        new(Comparer<(string Id, string Image)>.Create(static (one, other) =>
            string.CompareOrdinal(one.Id, other.Id) is not 0 and var order ? order : string.CompareOrdinal(one.Image, other.Image)));

    /// <summary>The number of images.</summary>
    public int Count => _images.Count;

    /// <summary>Adds an image; one that was added before counts once.</summary>
    /// <param name="id">The reference as it was found.</param>
    /// <param name="pinned">The reference with its digest.</param>
    /// <exception cref="InvalidReferenceException">The reference has no digest.</exception>
    public void Add(string id, ImageReference pinned)
    {
        if (pinned.Digest is null)
        {
            throw new InvalidReferenceException(
                $"The reference {pinned} has no digest, and a lock names images by digest.", "Resolve the digest of the reference first.")
            {
                Topic = ErrorTopic.MissingDigest,
            };
        }

        // kbld and imgpkg write Docker Hub as go-containerregistry does.
        var registry = pinned.Registry == ImageReference.DockerHub ? DockerHubIndex : pinned.Registry;
        _images.Add((id, $"{registry}/{pinned.Repository}@{pinned.Digest}"));
    }

    /// <summary>The lock as YAML. The same images result in the same bytes.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder("---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n");
        text.Append(_images.Count == 0 ? "images: []\n" : "images:\n");
        foreach (var (id, image) in _images)
        {
            text.Append($"- image: {Scalar(image)}\n  annotations:\n    kbld.carvel.dev/id: {Scalar(id)}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Writes the lock to a file, by a rename.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">True to replace an existing file.</param>
    /// <exception cref="DestinationConflictException">The file exists and must not be replaced.</exception>
    /// <exception cref="AccessDeniedException">The file can't be written.</exception>
    /// <exception cref="InvalidOptionException">The path is a folder.</exception>
    public void Write(string path, bool overwrite)
    {
        OutputPath.RejectFolder(path, "images.lock.yml");
        if (!overwrite && Path.Exists(path))
        {
            throw new DestinationConflictException(
                $"The file '{path}' already exists.", "Choose another path, or allow the file to be replaced.");
        }

        try
        {
            // 0666 without the umask's bits, as of any new file.
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            FilePublisher.Write(folder, path, ToBytes(), new FilePermissions((UnixFileMode)0x1FF, null));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, path)
                ?? new AccessDeniedException($"'{path}' can't be written: {DiskErrors.Reason(error)}.", "Check the path.", error);
        }
    }

    // YAML interprets some names as other types than text: 8080, 12:30, null, yes, [::1]:5000/app.
    private static string Scalar(string name) =>
        (char.IsAsciiLetter(name[0]) ? !Words.Contains(name) : char.IsAsciiDigit(name[0]) && name.Contains('/', StringComparison.Ordinal))
            ? name : $"\"{name}\"";
}

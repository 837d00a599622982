using System.Text;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives;

/// <summary>Assigns names to the images of an archive.</summary>
/// <param name="path">The archive's path.</param>
/// <param name="log">Receives warnings.</param>
/// <param name="needsNames">False if the caller names the images: generated names get no warning.</param>
/// <remarks>
/// The names in a docker archive's manifest.json; else containerd's name; else the layout's name if it is a full one; else
/// <c>localhost/FILE:NAME</c>. If two images have one name, the later one gets it, as with <c>docker load</c>.
/// </remarks>
internal sealed class ImageNaming(string path, ILogger log, bool needsNames = true)
{
    private const int ListedNames = 5;
    private static readonly string[] Extensions = [".gz", ".zst", ".zstd", ".tgz", ".tzst", ".tar", ".oci"];

    private readonly Dictionary<ImageReference, ArchivedImageBuilder> _owners = [];
    private int _warnings;

    /// <summary>The images with their names.</summary>
    public IReadOnlyList<ArchivedImage> Name(IReadOnlyList<ArchivedImageBuilder> images)
    {
        var own = images.ToDictionary(image => image, OwnNames);
        foreach (var image in images)
        {
            own[image].RemoveAll(name => _owners[name] != image);
        }

        var made = new List<ImageReference>();
        var named = images.Select(image => WithNames(image, own[image], made)).ToList();
        if (_warnings > ListedNames)
        {
            log.Warning($"'{path}' has {_warnings - ListedNames} more names that could not be used.");
        }

        WarnOfGenerated(made);
        return named;
    }

    /// <summary>A repository name derived from a file name.</summary>
    internal static string RepositoryOf(string path)
    {
        var name = Path.GetFileName(path.TrimEnd('/', Path.DirectorySeparatorChar)).ToLowerInvariant();
        while (Array.Find(Extensions, end => name.Length > end.Length && name.EndsWith(end, StringComparison.Ordinal)) is { } found)
        {
            name = name[..^found.Length];
        }

        var result = new StringBuilder();
        foreach (var character in name.Take(128))
        {
            var isPlain = char.IsAsciiLetterOrDigit(character);
            if (isPlain || (result.Length > 0 && char.IsAsciiLetterOrDigit(result[^1])))
            {
                result.Append(isPlain || character is '.' or '_' ? character : '-');
            }
        }

        while (result.Length > 0 && !char.IsAsciiLetterOrDigit(result[^1]))
        {
            result.Length--;
        }

        return result.Length > 0 ? result.ToString() : "image";
    }

    private List<ImageReference> OwnNames(ArchivedImageBuilder image)
    {
        var names = new List<ImageReference>();
        foreach (var text in image.RepoTags.Count > 0 ? image.RepoTags : image.FullNames)
        {
            if (Read(text, image.Root.Digest) is not { } name)
            {
                continue;
            }

            if (_owners.TryGetValue(name, out var other) && other == image)
            {
                continue;
            }

            if (other is not null)
            {
                Warn($"Two images of '{path}' are named {name}; the later one, {image.Root.Digest}, gets the name.");
            }

            _owners[name] = image;
            names.Add(name);
        }

        return names;
    }

    // A digest in a name is that of the original image; if the image differs now, only the tag is still right.
    private ImageReference? Read(string text, Digest digest)
    {
        if (text.StartsWith("<none>", StringComparison.Ordinal))
        {
            return null;
        }

        if (!ImageReference.TryParse(text, out var name))
        {
            Warn($"'{path}' names an image '{TerminalText.Quote(text)}', which is not a valid image reference; the name is ignored.");
            return null;
        }

        return name.Digest is null ? name
            : name.Tag is not null ? name.WithTag(name.Tag)
            : name.Digest == digest ? name
            : null;
    }

    private ArchivedImage WithNames(ArchivedImageBuilder image, List<ImageReference> own, List<ImageReference> made)
    {
        var shorts = image.RepoTags.Count > 0 ? [] : image.ShortNames;
        var names = new List<ImageReference>(own);
        var known = own.ToHashSet();
        foreach (var tag in names.Count > 0 || shorts.Count > 0 ? shorts : ["latest"])
        {
            var name = Make(image, tag);
            if (known.Add(name))
            {
                names.Add(name);
                made.Add(name);
            }
        }

        return new ArchivedImage(image.Root, names, own.Count > 0, image.IsDockerSave, image.Platforms, image.Missing);
    }

    private ImageReference Make(ArchivedImageBuilder image, string tag)
    {
        var repository = RepositoryOf(path);
        var name = ImageReference.TryParse($"localhost/{repository}:{tag}", out var valid) && valid.Tag == tag
            ? valid
            : ImageReference.Create("localhost", repository, "latest");
        return _owners.TryAdd(name, image) || _owners[name] == image ? name : name.WithDigest(image.Root.Digest);
    }

    private void Warn(string message)
    {
        if (++_warnings <= ListedNames)
        {
            log.Warning(message);
        }
    }

    private void WarnOfGenerated(List<ImageReference> made)
    {
        if (made.Count == 0 || !needsNames)
        {
            return;
        }

        var list = string.Join(", ", made.Take(ListedNames)) + (made.Count > ListedNames ? $" and {made.Count - ListedNames} more" : "");
        log.Warning(made.Count == 1
            ? $"An image of '{path}' has no full name; it is named {list}."
            : $"{made.Count} images of '{path}' have no full name; they are named {list}.");
    }
}

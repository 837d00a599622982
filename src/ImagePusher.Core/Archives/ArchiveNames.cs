using System.Text;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives;

/// <summary>Gives the images of an archive their names.</summary>
/// <param name="path">The archive's path.</param>
/// <param name="log">Takes the warnings.</param>
/// <remarks>
/// The names of docker's manifest.json; else containerd's name; else the layout's name if it is a full one; else
/// <c>localhost/FILE:NAME</c>. Of two images that claim one name the later has it, as with <c>docker load</c>.
/// </remarks>
internal sealed class ArchiveNames(string path, ILogger log)
{
    private const int InFull = 5;
    private static readonly string[] Extensions = [".gz", ".zst", ".zstd", ".tgz", ".tzst", ".tar", ".oci"];

    private readonly Dictionary<ImageReference, FoundImage> _owners = [];
    private int _warnings;

    /// <summary>The images with their names.</summary>
    public IReadOnlyList<ArchivedImage> Name(IReadOnlyList<FoundImage> images)
    {
        var own = images.ToDictionary(image => image, OwnNames);
        foreach (var image in images)
        {
            own[image].RemoveAll(name => _owners[name] != image);
        }

        var made = new List<ImageReference>();
        var named = images.Select(image => WithNames(image, own[image], made)).ToList();
        if (_warnings > InFull)
        {
            log.Warning($"'{path}' has {_warnings - InFull} more names of that kind.");
        }

        Warn(made);
        return named;
    }

    /// <summary>A repository's name made of a file's name.</summary>
    internal static string RepositoryOf(string path)
    {
        var name = Path.GetFileName(path.TrimEnd('/', Path.DirectorySeparatorChar)).ToLowerInvariant();
        while (Array.Find(Extensions, extension => name.Length > extension.Length && name.EndsWith(extension, StringComparison.Ordinal)) is { } found)
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

    private List<ImageReference> OwnNames(FoundImage image)
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
                Warn($"Two images of '{path}' are named {name}; the later one, {image.Root.Digest}, has the name.");
            }

            _owners[name] = image;
            names.Add(name);
        }

        return names;
    }

    // A digest in a name is what the image once was; where it is another now, only the tag still holds.
    private ImageReference? Read(string text, Digest digest)
    {
        if (text.StartsWith("<none>", StringComparison.Ordinal))
        {
            return null;
        }

        if (!ImageReference.TryParse(text, out var name))
        {
            Warn($"'{path}' names an image '{(text.Length <= 200 ? text : text[..200] + "…")}', which is no image reference; the name is left out.");
            return null;
        }

        return name.Digest is null ? name
            : name.Tag is not null ? name.WithTag(name.Tag)
            : name.Digest == digest ? name
            : null;
    }

    private ArchivedImage WithNames(FoundImage image, List<ImageReference> own, List<ImageReference> made)
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

    private ImageReference Make(FoundImage image, string tag)
    {
        var repository = RepositoryOf(path);
        var name = ImageReference.TryParse($"localhost/{repository}:{tag}", out var valid) && valid.Tag == tag
            ? valid
            : ImageReference.Create("localhost", repository, "latest");
        return _owners.TryAdd(name, image) || _owners[name] == image ? name : name.WithDigest(image.Root.Digest);
    }

    private void Warn(string message)
    {
        if (++_warnings <= InFull)
        {
            log.Warning(message);
        }
    }

    private void Warn(List<ImageReference> made)
    {
        if (made.Count == 0)
        {
            return;
        }

        var list = string.Join(", ", made.Take(InFull)) + (made.Count > InFull ? $" and {made.Count - InFull} more" : "");
        log.Warning(made.Count == 1
            ? $"An image of '{path}' has no full name; it is taken as {list}."
            : $"{made.Count} images of '{path}' have no full name; they are taken as {list}.");
    }
}

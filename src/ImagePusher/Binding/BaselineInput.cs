using System.Collections;
using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>
/// Reads -Baseline: paths of archives, and objects that name images, also those that Import-Clixml or a job brought back.
/// </summary>
/// <param name="command">The cmdlet.</param>
/// <param name="cache">The cache whose manifests tell the blobs of an image that an object only names.</param>
internal sealed class BaselineInput(AsyncCommand command, ImageCache cache)
{
    private const int MaximumDepth = 16;

    private readonly Baseline _baseline = new();

    /// <summary>The baseline of all values.</summary>
    /// <exception cref="ImagePusherException">A value is not a baseline, or cannot be read.</exception>
    public Baseline Read(object[] values)
    {
        foreach (var value in values.SelectMany(value => Flatten(value, 0)))
        {
            Add(value);
        }

        return _baseline;
    }

    // A list that was read from a file may contain itself.
    private static IEnumerable<PSObject> Flatten(object? value, int depth) => ((value as PSObject)?.BaseObject ?? value) switch
    {
        null => [],
        IEnumerable and not string and not IDictionary when depth > MaximumDepth => throw new InvalidOptionException(
            $"The baseline has lists in more than {MaximumDepth} levels.", "Specify paths of earlier bundles, or objects of images."),
        IEnumerable list and not string and not IDictionary => list.Cast<object?>().SelectMany(item => Flatten(item, depth + 1)),
        _ => [PSObject.AsPSObject(value!)],
    };

    private void Add(PSObject value)
    {
        if (value.BaseObject is string path)
        {
            AddPath(path, isLiteral: false);
        }
        else if (Text(value, "Reference") is { } name && Text(value, "Digest") is { } digest && Text(value, "FullName") is null)
        {
            AddImage(value, ImageReference.Parse(name), Digest.Parse(digest));
        }
        else if ((Text(value, "FullName") ?? Text(value, "PSPath")) is { } file)
        {
            AddPath(file, isLiteral: true);
        }
        else
        {
            throw new InvalidOptionException(
                $"A value of the baseline, of the type {value.TypeNames.FirstOrDefault()}, is neither an archive nor an image.",
                "Specify paths of earlier bundles, or objects of Get-CachedImage, Push-ImageTar or Get-RegistryInventory.");
        }
    }

    private void AddPath(string path, bool isLiteral)
    {
        foreach (var file in PathResolver.Existing(command, path, isLiteral).Where(file => !ArchiveInput.IsBundleList(file)))
        {
            command.Await(async token =>
            {
                var archive = await Archives.OpenAsync(file, command.Log, needsNames: false, token).ConfigureAwait(false);
                await using (archive.ConfigureAwait(false))
                {
                    await _baseline.AddAsync(archive, token).ConfigureAwait(false);
                }
            });
        }
    }

    private void AddImage(PSObject value, ImageReference name, Digest digest)
    {
        if (value.Properties["Blobs"]?.Value is { } listed)
        {
            // An inventory lists the blobs.
            foreach (var blob in LanguagePrimitives.GetEnumerable(listed)?.Cast<object?>() ?? [listed])
            {
                if (Digest.TryParse(((blob as PSObject)?.BaseObject ?? blob) as string, out var known))
                {
                    _baseline.Add(known, new BlobHolder(name.Name, digest));
                }
            }

            return;
        }

        var source = Text(value, "CachePath") is { } path && Directory.Exists(path) ? ImageCache.Open(path) : cache;
        command.Await(async token =>
        {
            var root = await source.ResolveAsync(digest.ToString(), token).ConfigureAwait(false);
            await _baseline.AddAsync(source, root.Descriptor, name, token).ConfigureAwait(false);
        });
    }

    private static string? Text(PSObject value, string property) =>
        value.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;
}

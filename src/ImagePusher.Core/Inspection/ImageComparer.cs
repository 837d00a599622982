using System.Globalization;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>Compares two images: their configs field by field, their layers, and their files if that is wanted.</summary>
/// <param name="reference">The image that is compared with.</param>
/// <param name="difference">The image that is compared.</param>
internal sealed class ImageComparer(InspectedImage reference, InspectedImage difference)
{
    private readonly HashSet<Digest> _existing =
        [.. reference.Manifest.Layers.Append(reference.Manifest.Config).Append(reference.Manifest.Descriptor).Select(blob => blob.Digest)];

    /// <summary>Compares manifests, configs and layers. A layer that is only compressed in another way counts as the same.</summary>
    public async Task<IReadOnlyList<ImageDifference>> CompareAsync(CancellationToken cancellationToken)
    {
        var before = await reference.ReadConfigAsync(cancellationToken).ConfigureAwait(false);
        var after = await difference.ReadConfigAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. Blobs(DifferenceKind.Manifest, "Digest", reference.Manifest.Descriptor, difference.Manifest.Descriptor),
            .. Blobs(DifferenceKind.Config, "Digest", reference.Manifest.Config, difference.Manifest.Config),
            .. Fields(ConfigFields.Of(before), ConfigFields.Of(after)),
            .. Layers(before, after),
        ];
    }

    /// <summary>Compares the files: kind, permissions, owner, size, content and the target of links, but no times.</summary>
    public async Task<IReadOnlyList<ImageDifference>> CompareFilesAsync(ILogger log, CancellationToken cancellationToken)
    {
        var index = new LayerIndex(hashesContent: true);
        var before = await ImageFiles.ReadAsync(reference, FileSelection.All, index, log, cancellationToken).ConfigureAwait(false);
        var after = await ImageFiles.ReadAsync(difference, FileSelection.All, index, log, cancellationToken).ConfigureAwait(false);
        var differences = new List<ImageDifference>();
        var names = before.Selected.ToDictionary(node => node.Path, StringComparer.Ordinal);
        foreach (var node in after.Selected)
        {
            names.Remove(node.Path, out var other);
            differences.AddRange(Files(node.Path, other, node));
        }

        differences.AddRange(names.Values.SelectMany(node => Files(node.Path, node, null)));
        return [.. differences.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<ImageDifference> Fields(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        foreach (var name in before.Keys.Union(after.Keys))
        {
            var (old, changed) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            foreach (var (side, value) in Sides(old, changed))
            {
                yield return new ImageDifference(DifferenceKind.Config, name, value, side);
            }
        }
    }

    private static IEnumerable<(int Side, string Value)> Sides(string? before, string? after)
    {
        if (before == after)
        {
            yield return (0, before!);
            yield break;
        }

        if (before is not null)
        {
            yield return (-1, before);
        }

        if (after is not null)
        {
            yield return (1, after);
        }
    }

    private static IEnumerable<ImageDifference> Files(string path, FileNode? before, FileNode? after)
    {
        foreach (var (side, value) in Sides(before is null ? null : Describe(before), after is null ? null : Describe(after)))
        {
            var node = side < 0 ? before! : after!;
            yield return new ImageDifference(DifferenceKind.File, path, value, side) { Size = node.Entry?.Size ?? 0 };
        }
    }

    // A second name of a file is a file; a symbolic link has no permissions of its own.
    private static string Describe(FileNode node)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"{node.Entry?.UserId ?? 0}:{node.Entry?.GroupId ?? 0}");
        var mode = FileModeText.Of(node);
        return node.Entry switch
        {
            { Kind: LayerEntryKind.File } file => $"{mode} {owner} {Convert.ToHexStringLower(file.Hash ?? [])}",
            { Kind: LayerEntryKind.SymbolicLink } link => $"{mode} {owner} -> {link.Link}",
            _ => $"{mode} {owner}",
        };
    }

    private IEnumerable<ImageDifference> Blobs(DifferenceKind kind, string name, Descriptor before, Descriptor after) =>
        Sides(before.Digest.ToString(), after.Digest.ToString()).Select(pair => new ImageDifference(kind, name, pair.Value, pair.Side)
        {
            Size = pair.Side < 0 ? before.Size : after.Size,
            TransferSize = pair.Side > 0 ? Transfer(after) : 0,
        });

    private IEnumerable<ImageDifference> Layers(ImageDocument before, ImageDocument after)
    {
        var (old, added) = (Keys(reference.Manifest, before), Keys(difference.Manifest, after));
        var kept = old.Select(layer => layer.Key).ToHashSet();
        var present = added.Select(layer => layer.Key).ToHashSet();
        foreach (var (key, layer) in old.Where(layer => !present.Contains(layer.Key)).DistinctBy(layer => layer.Key))
        {
            yield return Layer(key, layer, -1);
        }

        foreach (var (key, layer) in added.DistinctBy(layer => layer.Key))
        {
            yield return Layer(key, layer, kept.Contains(key) ? 0 : 1) with { TransferSize = Transfer(layer) };
        }
    }

    private long Transfer(Descriptor blob) => _existing.Contains(blob.Digest) ? 0 : blob.Size;

    private static ImageDifference Layer(Digest key, Descriptor layer, int side) =>
        new(DifferenceKind.Layer, layer.Digest.ToString(), key.ToString(), side) { Size = layer.Size };

    private static List<(Digest Key, Descriptor Layer)> Keys(ImageManifest manifest, ImageDocument config) =>
        config.Basics.DiffIds.Count == manifest.Layers.Count
            ? [.. config.Basics.DiffIds.Zip(manifest.Layers)]
            : [.. manifest.Layers.Select(layer => (layer.Digest, layer))];
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>An archive, or the parts of a bundle together. Every part has all manifests; each layer is in one of them.</summary>
/// <param name="parts">The archives, at least one.</param>
internal sealed class Bundle(IReadOnlyList<ImageArchive> parts) : IReferrerSource, IAsyncDisposable
{
    private const int ListedImages = 10;

    private readonly ImageArchive _first = parts[0];

    /// <summary>The archive that lists the images.</summary>
    public ImageArchive Index => _first;

    /// <summary>The archives.</summary>
    public IReadOnlyList<ImageArchive> Parts => parts;

    /// <summary>The bundle of all its parts, in their order. The archives are closed if a part is missing.</summary>
    /// <param name="archives">The parts in any order; one that is given twice counts once.</param>
    /// <exception cref="IncompleteImageException">Parts are missing; the message names them and the images that need them.</exception>
    public static Bundle Join(IReadOnlyList<ImageArchive> archives)
    {
        var numbered = archives.GroupBy(archive => archive.Bundle!.Number).ToDictionary(group => group.Key, group => group.First());
        var table = archives[0].Bundle!;
        var missing = Enumerable.Range(1, table.Parts.Count).Where(number => !numbered.ContainsKey(number)).ToList();
        var used = missing.Count == 0 ? numbered.Values.ToHashSet() : [];
        foreach (var archive in archives.Where(archive => !used.Contains(archive)))
        {
            archive.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return missing.Count == 0 ? new Bundle([.. numbered.OrderBy(part => part.Key).Select(part => part.Value)])
            : throw Missing(archives[0].Path, table, missing);
    }

    /// <summary>True if blobs of an image may be outside of the archive: in another part, or at the receiver.</summary>
    public bool IsSparse(ArchivedImage image) => parts.Count > 1 || _first.Bundle is not null || _first.Omitted.Count > 0
        || (image.Missing.Count > 0 && !image.IsDockerSave);

    public string Description => parts.Count == 1 ? _first.Path
        : $"{_first.Path} and {parts.Count - 1} more part{(parts.Count > 2 ? "s" : "")}";

    /// <summary>True if it has a manifest or blob, even if content referenced by the manifest is missing.</summary>
    public bool Holds(Digest digest) => PartOf(digest) is not null;

    /// <summary>True if it omits a blob because its receiver has it.</summary>
    public bool IsOmitted(Digest digest) => parts.Any(part => part.Omitted.Contains(digest)) && !Holds(digest);

    /// <summary>The images of the receiver that have a blob which is omitted.</summary>
    public IReadOnlyList<BlobHolder> HoldersOf(Digest digest) =>
        [.. parts.SelectMany(part => part.Omitted.HoldersOf(digest)).Distinct()];

    public bool IsRewritable(Descriptor manifest) => _first.IsRewritable(manifest);

    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        _first.ResolveAsync(nameOrDigest, cancellationToken);

    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        (PartOf(descriptor.Digest) ?? _first).GetManifestAsync(descriptor, cancellationToken);

    public async Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            if (await part.ContainsAsync(descriptor, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        (PartOf(descriptor.Digest) ?? _first).OpenBlobAsync(descriptor, offset, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        _first.GetReferrersAsync(digest, artifactType, cancellationToken);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        _first.GetTaggedReferrersAsync(digest, cancellationToken);

    IReferrerSource IReferrerSource.ReferrersIn(ImageReference? image) => ((IReferrerSource)_first).ReferrersIn(image);

    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts)
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The error for parts that are missing.
    private static IncompleteImageException Missing(string path, BundlePart table, List<int> missing)
    {
        var files = string.Join(", ", missing.Select(number => table.Parts[number - 1].File));
        var images = missing.SelectMany(number => table.Parts[number - 1].Images).Distinct().ToList();
        var more = images.Count > ListedImages ? $" and {images.Count - ListedImages} more" : "";
        return new IncompleteImageException(
            TerminalText.Escape(
                $"The bundle of '{path}' has {table.Parts.Count} parts, and {files} {(missing.Count == 1 ? "is" : "are")} missing. "
                + $"Images that need {(missing.Count == 1 ? "it" : "them")}: {string.Join(", ", images.Take(ListedImages))}{more}."),
            "Specify all parts of the bundle together.")
        { IsArchive = true };
    }

    private ImageArchive? PartOf(Digest digest) => parts.FirstOrDefault(part => part.Holds(digest));
}

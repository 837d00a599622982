using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Reads the manifests of an image, selects the requested platforms and, if permitted, omits content that is missing in the source.
/// Each manifest is read once, however often it is referenced.
/// </summary>
internal sealed class ImageTreeReader(ImageSelection selection, CopyOptions options)
{
    /// <summary>The maximum depth of indexes in indexes: 32.</summary>
    public const int MaximumDepth = 32;

    private readonly IImageSource _source = selection.Source;
    private readonly Dictionary<Digest, Manifest> _read = [];
    private readonly Dictionary<Digest, Manifest?> _results = [];
    private readonly Dictionary<Digest, Manifest?> _filtered = [];
    private readonly List<Manifest> _manifests = [];
    private readonly HashSet<Digest> _added = [];
    private readonly Dictionary<Digest, Descriptor> _other = [];
    private readonly List<Descriptor> _missing = [];
    private readonly HashSet<Digest> _absent = [];
    private readonly Dictionary<Digest, long> _sizes = [];
    private readonly ManifestBudget _budget = new(selection.Root.Digest, selection.Source.Description);

    public async Task<ImageTree> ReadAsync(CancellationToken cancellationToken)
    {
        var whole = await selection.ReadAsync(cancellationToken).ConfigureAwait(false);
        var chosen = await ChooseAsync(whole, cancellationToken).ConfigureAwait(false);
        var root = await AddAsync(chosen, 0, cancellationToken).ConfigureAwait(false)
            ?? throw await IncompleteAsync(chosen, cancellationToken).ConfigureAwait(false);
        ReportMissing();
        return Reachable(root);
    }

    /// <exception cref="LimitExceededException">The index is nested too deeply.</exception>
    public static void CheckDepth(Manifest index, IImageSource source, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new LimitExceededException(
                $"The index {index.Digest} of {source.Description} is nested more than {MaximumDepth} indexes deep.",
                "Copy an image within it by its digest.");
        }
    }

    /// <summary>The root and what it references: content of an index that was omitted is not copied.</summary>
    private ImageTree Reachable(Manifest root)
    {
        var named = new HashSet<Digest> { root.Digest };
        foreach (var manifest in Enumerable.Reverse(_manifests).Where(manifest => named.Contains(manifest.Digest)))
        {
            named.UnionWith(manifest.References.Select(reference => reference.Digest));
        }

        return new ImageTree(
            root,
            _manifests.FindAll(manifest => named.Contains(manifest.Digest)),
            [.. _other.Values.Where(content => named.Contains(content.Digest))])
        { Absent = _absent };
    }

    private async Task<Manifest> ChooseAsync(Manifest whole, CancellationToken cancellationToken)
    {
        if (whole is ImageIndex index)
        {
            return options.Platforms.Count == 0 && !options.DefaultPlatformOnly
                ? index
                : await ChooseAsync(index, cancellationToken).ConfigureAwait(false);
        }

        if (options.Platforms.Count > 0 && whole is ImageManifest { IsImage: true } image
            && await PlatformSelector.PlatformOfAsync(_source, image, cancellationToken).ConfigureAwait(false) is var platform
            && !options.Platforms.Any(platform.Satisfies) && PlatformSelector.IsImage(image, platform))
        {
            throw new PlatformNotFoundException(
                $"The image {image.Digest} of {_source.Description} is for {platform}, not for {string.Join(", ", options.Platforms)}.",
                "Request the image's own platform, or no platform to take the image as it is.");
        }

        return whole;
    }

    private async Task<Manifest> ChooseAsync(ImageIndex index, CancellationToken cancellationToken)
    {
        var chosen = await new PlatformSelector(_source, GetAsync).SelectAsync(
            index, options.Platforms, cancellationToken).ConfigureAwait(false);
        return chosen is [] ? index
            : chosen is [var only] ? await GetAsync(only, cancellationToken).ConfigureAwait(false)
            : (await FilterAsync(index, [.. chosen.Select(entry => entry.Digest)], 0, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>An index with only the chosen images and the attestations about them; null if none of them is in it.</summary>
    private async Task<Manifest?> FilterAsync(ImageIndex index, HashSet<Digest> chosen, int depth, CancellationToken cancellationToken)
    {
        if (_filtered.TryGetValue(index.Digest, out var known))
        {
            return known;
        }

        CheckDepth(index, _source, depth);
        var entries = new List<Descriptor?>(index.Manifests.Count);
        foreach (var entry in index.Manifests)
        {
            var inner = MediaTypes.IsIndex(entry.MediaType) && await _source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false)
                && await GetAsync(entry, cancellationToken).ConfigureAwait(false) is ImageIndex nested
                    ? await FilterAsync(nested, chosen, depth + 1, cancellationToken).ConfigureAwait(false)
                    : null;
            entries.Add(inner is not null ? entry.As(inner)
                : chosen.Contains(entry.AttestedDigest ?? entry.Digest) ? entry
                : null);
        }

        var filtered = entries.TrueForAll(entry => entry is null) ? null : index.With(entries);
        return _filtered[index.Digest] = filtered is null ? null : _read[filtered.Digest] = filtered;
    }

    /// <summary>Adds a manifest and what is below it; null if the source contains no complete part of it.</summary>
    private async Task<Manifest?> AddAsync(Manifest manifest, int depth, CancellationToken cancellationToken)
    {
        if (!_results.TryGetValue(manifest.Digest, out var result))
        {
            CheckDepth(manifest, _source, depth);
            result = manifest is ImageIndex index
                ? await AddIndexAsync(index, depth, cancellationToken).ConfigureAwait(false)
                : await AddImageAsync(manifest, cancellationToken).ConfigureAwait(false);
            _results[manifest.Digest] = result;
        }

        return result;
    }

    private async Task<Manifest?> AddImageAsync(Manifest image, CancellationToken cancellationToken)
    {
        foreach (var reference in image.References)
        {
            if (await _source.ContainsAsync(reference, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (!MediaTypes.IsForeign(reference.MediaType))
            {
                _missing.Add(reference);
                return null;
            }

            _absent.Add(reference.Digest);
        }

        return Add(image);
    }

    private async Task<Manifest?> AddIndexAsync(ImageIndex index, int depth, CancellationToken cancellationToken)
    {
        var entries = new List<Descriptor?>(index.Manifests.Count);
        foreach (var entry in index.Manifests)
        {
            var kept = await AddEntryAsync(entry, depth, cancellationToken).ConfigureAwait(false);
            entries.Add(kept);
            if (kept is null)
            {
                _missing.Add(entry);
            }
        }

        return Complete(index, entries);
    }

    private async Task<Descriptor?> AddEntryAsync(Descriptor entry, int depth, CancellationToken cancellationToken)
    {
        if (!_read.ContainsKey(entry.Digest) && !await _source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (!entry.IsManifest)
        {
            _other.TryAdd(entry.Digest, entry);
            return entry;
        }

        var child = await GetAsync(entry, cancellationToken).ConfigureAwait(false);
        return await AddAsync(child, depth + 1, cancellationToken).ConfigureAwait(false) is { } result ? entry.As(result) : null;
    }

    private Manifest? Complete(ImageIndex index, List<Descriptor?> entries)
    {
        // An index of nothing, or of attestations about nothing, is not an image.
        var images = entries.OfType<Descriptor>().Where(entry => !entry.IsAttestation).ToList();
        var isComplete = !entries.Contains(null);
        if (images.Count == 0 && !isComplete)
        {
            return null;
        }

        if (isComplete)
        {
            return Add(index.With(entries));
        }

        var kept = images.Select(entry => entry.Digest).ToHashSet();
        List<Descriptor?> left =
            [.. entries.Select(entry => entry is { IsAttestation: true } && !kept.Contains(entry.AttestedDigest!) ? null : entry)];
        return images is [{ IsManifest: true } only] && left.Count(entry => entry is not null) == 1
            ? _manifests.Find(manifest => manifest.Digest == only.Digest)
            : Add(index.With(left));
    }

    private Manifest Add(Manifest manifest)
    {
        if (_added.Add(manifest.Digest))
        {
            CheckSizes(manifest);
            _manifests.Add(manifest);
        }

        return manifest;
    }

    // A second size for one digest would not be verified, since each blob is copied once.
    private void CheckSizes(Manifest manifest)
    {
        foreach (var reference in manifest.References.Prepend(manifest.Descriptor))
        {
            if (!_sizes.TryAdd(reference.Digest, reference.Size) && _sizes[reference.Digest] != reference.Size)
            {
                throw new UnsupportedContentException(
                    $"The image {selection.Root.Digest} of {_source.Description} names {reference.Digest} with two sizes, "
                    + $"{_sizes[reference.Digest]} and {reference.Size} bytes.",
                    "Create the image again with a current tool.");
            }
        }
    }

    private async Task<Manifest> GetAsync(Descriptor entry, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(entry.Digest, out var known))
        {
            return known;
        }

        var manifest = await _source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false);
        _budget.Add(manifest);
        return _read[entry.Digest] = manifest;
    }

    private void ReportMissing()
    {
        if (_missing.Count == 0)
        {
            return;
        }

        var rest = string.Join(", ", _missing.Select(Name).Distinct());
        if (!options.AllowPartial)
        {
            throw new IncompleteImageException(
                $"The index {selection.Root.Digest} of {_source.Description} is incomplete; missing: {rest}.",
                "Save the image again with all its platforms, or allow a partial copy.");
        }

        options.Logger.Warning($"{_source.Description} lacks content that the index {selection.Root.Digest} references; omitted: {rest}.");
    }

    /// <summary>Opens missing content, so that the source reports what is wrong.</summary>
    private async Task<ImagePusherException> IncompleteAsync(Manifest root, CancellationToken cancellationToken)
    {
        var missing = _missing.Count > 0 ? _missing[0] : root.Descriptor;
        if (root is ImageManifest || !missing.IsManifest)
        {
            var stream = await _source.OpenBlobAsync(missing, 0, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await _source.GetManifestAsync(missing, cancellationToken).ConfigureAwait(false);
        }

        return new IncompleteImageException(
            $"{_source.Description} lacks {missing.Digest}, which {root.Digest} references.", "Save the image again.");
    }

    private static string Name(Descriptor descriptor) =>
        descriptor.Platform is { IsUnknown: false } platform ? $"{platform} ({descriptor.Digest})" : descriptor.Digest.ToString();
}

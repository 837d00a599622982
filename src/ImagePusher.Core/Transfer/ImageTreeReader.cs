using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Reads the manifests of an image, takes the wanted platforms and leaves out what the source lacks, if that is allowed.</summary>
internal sealed class ImageTreeReader(ImageSelection selection, CopyOptions options)
{
    // Deeper than any real index, and a bound for one that is made to be endless.
    private const int MaximumDepth = 4;

    private readonly IImageSource _source = selection.Source;
    private readonly List<Manifest> _manifests = [];
    private readonly List<Descriptor> _missing = [];

    public async Task<ImageTree> ReadAsync(CancellationToken cancellationToken)
    {
        var whole = await selection.ReadAsync(cancellationToken).ConfigureAwait(false);
        var chosen = whole is ImageIndex index && (options.Platforms.Count > 0 || options.DefaultPlatformOnly)
                ? await ChooseAsync(index, cancellationToken).ConfigureAwait(false)
            : options.Platforms.Count == 0 || whole is ImageIndex ? whole
            : await CheckPlatformAsync((ImageManifest)whole, cancellationToken).ConfigureAwait(false);
        var root = await AddAsync(chosen, 0, cancellationToken).ConfigureAwait(false);
        if (root is null)
        {
            await RefuseAsync(whole, cancellationToken).ConfigureAwait(false);
        }

        Report();
        return new ImageTree(root!, Reachable(root!));
    }

    /// <summary>The root and what it names: a child whose index was left out, or an attestation about it, is not to be copied.</summary>
    private List<Manifest> Reachable(Manifest root)
    {
        var named = new HashSet<Digest> { root.Digest };
        foreach (var manifest in Enumerable.Reverse(_manifests).Where(manifest => named.Contains(manifest.Digest)))
        {
            named.UnionWith(manifest.References.Select(reference => reference.Digest));
        }

        return _manifests.FindAll(manifest => named.Contains(manifest.Digest));
    }

    private async Task<Manifest> CheckPlatformAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        if (!manifest.IsImage)
        {
            return manifest;
        }

        var config = ImageConfig.Parse(await BlobReader.ReadAsync(_source, manifest.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false));
        return options.Platforms.Any(config.Platform.Satisfies)
            ? manifest
            : throw new PlatformNotFoundException(
                $"The image {manifest.Digest} of {_source.Description} is for {config.Platform}, not for {string.Join(", ", options.Platforms)}.",
                "Leave -Platform out to take the image as it is.");
    }

    private async Task<Manifest> ChooseAsync(ImageIndex index, CancellationToken cancellationToken)
    {
        var wanted = options.Platforms.Count > 0 ? options.Platforms : [DefaultPlatform.Of(index, $"The index {index.Digest} of {_source.Description}")];
        var chosen = index.Select(wanted, out var missing);
        if (missing.Count > 0)
        {
            var there = string.Join(", ", index.Manifests.Where(entry => entry.Platform is { IsUnknown: false }).Select(entry => entry.Platform).Distinct());
            throw new PlatformNotFoundException(
                $"The index {index.Digest} of {_source.Description} has no image for {string.Join(", ", missing)}; it has {(there.Length > 0 ? there : "no platforms")}.",
                "Choose one of these platforms with -Platform.");
        }

        var images = chosen.Where(entry => !entry.IsAttestation).ToList();
        return images.Count == 1
            ? await _source.GetManifestAsync(images[0], cancellationToken).ConfigureAwait(false)
            : chosen.Count == index.Manifests.Count ? index
            : ImageIndex.Create(index.MediaType, chosen, index.Annotations);
    }

    /// <summary>Adds a manifest and what is below it; null if the source lacks so much of it that nothing is left.</summary>
    private async Task<Manifest?> AddAsync(Manifest manifest, int depth, CancellationToken cancellationToken)
    {
        if (manifest is ImageManifest image)
        {
            foreach (var reference in image.References)
            {
                if (!await _source.ContainsAsync(reference, cancellationToken).ConfigureAwait(false))
                {
                    _missing.Add(reference);
                    return null;
                }
            }

            return Add(image);
        }

        var index = (ImageIndex)manifest;
        if (depth == MaximumDepth)
        {
            throw new RegistryProtocolException($"The index {selection.Root.Digest} of {_source.Description} holds indexes more than {MaximumDepth} deep.", "Copy the inner image by its digest.");
        }

        var present = new List<Descriptor>();
        foreach (var entry in index.Manifests)
        {
            var child = await _source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false)
                ? await AddAsync(await _source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false), depth + 1, cancellationToken).ConfigureAwait(false)
                : null;
            if (child is null)
            {
                _missing.Add(entry);
            }
            else
            {
                present.Add(child.Digest == entry.Digest ? entry : child.Descriptor with { Platform = entry.Platform, Annotations = entry.Annotations, ArtifactType = entry.ArtifactType });
            }
        }

        return Complete(index, present);
    }

    private Manifest? Complete(ImageIndex index, List<Descriptor> present)
    {
        if (present.SequenceEqual(index.Manifests))
        {
            return Add(index);
        }

        // An index of nothing, or of attestations about nothing, is no image.
        var images = present.Where(entry => !entry.IsAttestation).ToList();
        if (images.Count == 0)
        {
            return null;
        }

        var kept = images.Select(entry => entry.Digest.ToString()).ToHashSet();
        present.RemoveAll(entry => entry.IsAttestation && !kept.Contains(entry.Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceDigest) ?? ""));
        return present is [var only]
            ? _manifests.Find(manifest => manifest.Digest == only.Digest)
            : Add(ImageIndex.Create(index.MediaType, present, index.Annotations));
    }

    private Manifest Add(Manifest manifest)
    {
        if (!_manifests.Exists(other => other.Digest == manifest.Digest))
        {
            _manifests.Add(manifest);
        }

        return manifest;
    }

    private void Report()
    {
        if (_missing.Count == 0)
        {
            return;
        }

        var rest = string.Join(", ", _missing.Select(Name).Distinct());
        if (!options.AllowPartial)
        {
            throw new ImageNotCachedException(
                $"The index {selection.Root.Digest} of {_source.Description} is not complete; missing: {rest}.",
                "Save the image again with all its platforms (Save-ImageToCache -AllPlatforms), or push what is there with -AllowPartial.");
        }

        options.Logger.Warning($"{_source.Description} names more than it holds; left out: {rest}.");
    }

    /// <summary>Opens what is missing, so that the source says in its own words what is wrong.</summary>
    private async Task RefuseAsync(Manifest root, CancellationToken cancellationToken)
    {
        var missing = _missing[0];
        if (root is ImageManifest)
        {
            var stream = await _source.OpenBlobAsync(missing, 0, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await _source.GetManifestAsync(missing, cancellationToken).ConfigureAwait(false);
        }

        throw new ImageNotCachedException($"{_source.Description} lacks {missing.Digest}, which {root.Digest} needs.", "Save the image again.");
    }

    private static string Name(Descriptor descriptor) =>
        descriptor.Platform is { IsUnknown: false } platform ? $"{platform} ({descriptor.Digest})" : descriptor.Digest.ToString();
}

using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Presents the images of a copy to a script, which reads from the registry only what it uses.</summary>
/// <param name="selection">The image or index.</param>
/// <param name="options">The options of the copy, which select platforms.</param>
/// <param name="destinations">The names of the copies.</param>
internal sealed class CandidateReader(ImageSelection selection, CopyOptions options, IReadOnlyList<ImageReference> destinations)
{
    private Dictionary<Digest, Manifest> _known = [];

    /// <summary>The first failed read of a property; PowerShell may hide it from the script. Null for none.</summary>
    public ImagePusherException? Failure { get; private set; }

    /// <summary>One object for each image that is copied: for an index, each image in it; for an artifact, the artifact.</summary>
    public async Task<IReadOnlyList<ImageCandidate>> ReadAsync(CancellationToken cancellationToken)
    {
        var root = await RootAsync(cancellationToken).ConfigureAwait(false);
        var images = new OrderedDictionary<Digest, Descriptor>();
        await CollectAsync(root, 0, images, cancellationToken).ConfigureAwait(false);
        var isNew = root is ImageIndex && root.Digest != selection.Root.Digest && _known.ContainsKey(root.Digest);
        return [.. images.Values.DefaultIfEmpty(root.Descriptor).Select(image => Create(root, image, isNew, cancellationToken))];
    }

    private async Task<Manifest> RootAsync(CancellationToken cancellationToken)
    {
        if (options.Platforms.Count == 0)
        {
            return await selection.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        var tree = await new ImageTreeReader(selection, options).ReadAsync(cancellationToken).ConfigureAwait(false);
        _known = tree.Manifests.ToDictionary(manifest => manifest.Digest);
        return tree.Root;
    }

    private async Task CollectAsync(
        Manifest manifest, int depth, OrderedDictionary<Digest, Descriptor> images, CancellationToken cancellationToken)
    {
        ImageTreeReader.CheckDepth(manifest, selection.Source, depth);
        if (manifest is not ImageIndex index)
        {
            images.TryAdd(manifest.Digest, manifest.Descriptor);
            return;
        }

        foreach (var entry in index.Manifests.Where(entry => entry.IsManifest && !entry.IsAttestation))
        {
            if (MediaTypes.IsIndex(entry.MediaType))
            {
                await CollectAsync(
                    await GetAsync(entry, cancellationToken).ConfigureAwait(false), depth + 1, images, cancellationToken)
                    .ConfigureAwait(false);
            }
            else
            {
                images.TryAdd(entry.Digest, entry);
            }
        }
    }

    private ImageCandidate Create(Manifest root, Descriptor image, bool isNew, CancellationToken cancellationToken)
    {
        var name = selection.Name!;
        var pinned = ImageReference.Create(name.Registry, name.Repository, name.Tag, isNew ? selection.Root.Digest : root.Digest);
        var config = Once(token => ConfigAsync(pinned, image, token), cancellationToken);
        var subject = isNew ? image.Digest : root.Digest;
        return new ImageCandidate(
            image.Platform is { IsUnknown: false } platform ? OutputText.Of(platform.ToString()) : null, config,
            Once(token => ReferrersAsync(pinned, subject, token), cancellationToken))
        {
            Reference = pinned.ToString(),
            Repository = name.Name,
            Tag = name.Tag,
            Digest = root.Digest.ToString(),
            SourceDigest = root.Digest == selection.Root.Digest ? null : selection.Root.Digest.ToString(),
            MediaType = OutputText.Of(root.MediaType),
            ImageDigest = image.Digest.ToString(),
            Destination = OutputText.List(destinations.Select(destination => destination.ToString())),
            Annotations = TextTable.Of(root.Annotations),
        };
    }

    private Task<Manifest> GetAsync(Descriptor entry, CancellationToken cancellationToken) =>
        _known.TryGetValue(entry.Digest, out var known) ? Task.FromResult(known)
        : selection.Source.GetManifestAsync(entry, cancellationToken);

    private async Task<ImageConfigInfo?> ConfigAsync(ImageReference name, Descriptor image, CancellationToken cancellationToken)
    {
        if (await GetAsync(image, cancellationToken).ConfigureAwait(false) is not ImageManifest { IsImage: true } manifest)
        {
            return null;
        }

        var inspected = new InspectedImage(selection.Source, manifest);
        return ImageConfigInfo.Of(
            name.ToString(), inspected, await inspected.ReadConfigAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<TextList<RegistryReferrer>> ReferrersAsync(
        ImageReference name, Digest subject, CancellationToken cancellationToken)
    {
        var found = new List<RegistryReferrer>();
        await foreach (var referrer in ReferrerListing.ReadAsync(
            (IReferrerSource)selection.Referrers, name, subject, null, cancellationToken).ConfigureAwait(false))
        {
            found.Add(referrer);
        }

        return new TextList<RegistryReferrer>(found);
    }

    // The script runs on the pipeline thread, and its property waits there for the registry.
    private Func<T> Once<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var value = new Lazy<T>(() => Task.Run(() => read(cancellationToken), cancellationToken).GetAwaiter().GetResult());
        return () =>
        {
            try
            {
                return value.Value;
            }
            catch (ImagePusherException error)
            {
                Failure ??= error;
                throw;
            }
        };
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Finds the images of requested platforms in an index and the indexes within it.</summary>
/// <param name="source">The source of the index.</param>
/// <param name="read">Reads a manifest of the index.</param>
internal sealed class PlatformSelector(IImageSource source, Func<Descriptor, CancellationToken, Task<Manifest>> read)
{
    private static readonly Platform[] Defaults = [.. new[] { Platform.CurrentLinux, new Platform("linux", "amd64") }.Distinct()];

    private readonly List<Candidate> _candidates = [];
    private readonly HashSet<(Digest Digest, Platform? Platform, bool IsIndex)> _known = [];

    /// <summary>The platform of an image, by its config.</summary>
    /// <exception cref="UnsupportedContentException">The config cannot be read.</exception>
    public static async Task<Platform> PlatformOfAsync(IImageSource source, ImageManifest image, CancellationToken cancellationToken)
    {
        var raw = await BlobReader.ReadAsync(source, image.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
        return DiffIds.Parse(raw, image.Config.Digest, source).Platform;
    }

    /// <summary>
    /// True if a platform describes the manifest: false for artifacts, including those of cosign, whose config is an image config without a
    /// platform.
    /// </summary>
    public static bool IsImage(ImageManifest manifest, Platform platform) =>
        manifest.HasFileSystem || (manifest.IsImage && (platform.Os.Length > 0 || platform.Architecture.Length > 0));

    /// <summary>
    /// The entry of the best image for each requested platform, each once; empty if platforms are requested and the index holds artifacts
    /// only, as a list of referrers does.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="wanted">The platforms; empty for linux on this machine's architecture, else linux/amd64.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="PlatformNotFoundException">A platform is missing; the message lists the existing ones.</exception>
    public async Task<IReadOnlyList<Descriptor>> SelectAsync(
        ImageIndex index, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        await CollectAsync(index, null, 0, cancellationToken).ConfigureAwait(false);
        var found = Find(wanted);
        if (found.Contains(null) && _candidates.Exists(candidate => IsOpen(candidate.Platform, wanted)))
        {
            // An entry that states no platform, or no version of it, may be the one: its config has it.
            await ReadPlatformsAsync(index, wanted, cancellationToken).ConfigureAwait(false);
            found = Find(wanted);
        }

        if (wanted.Count > 0 && !index.Manifests.Any(entry => entry.IsAttestation)
            && _candidates.TrueForAll(candidate => candidate.IsArtifact))
        {
            return [];
        }

        var missing = wanted.Zip(found).Where(pair => pair.Second is null).Select(pair => pair.First).ToList();
        return (wanted.Count == 0 && found is [null]) || missing.Count > 0
            ? throw NotFound(index, wanted.Count == 0
                ? string.Join(" or ", Defaults.Select(platform => platform.ToString())) : string.Join(", ", missing))
            : [.. found.OfType<Descriptor>().DistinctBy(entry => entry.Digest)];
    }

    private List<Descriptor?> Find(IReadOnlyList<Platform> wanted) => wanted.Count > 0
        ? [.. wanted.Select(Best)]
        : [Defaults.Select(Best).FirstOrDefault(entry => entry is not null)];

    private Descriptor? Best(Platform wanted) => Platform.Best(_candidates, candidate => candidate.Platform, wanted)?.Entry;

    private async Task CollectAsync(ImageIndex index, Platform? inherited, int depth, CancellationToken cancellationToken)
    {
        ImageTreeReader.CheckDepth(index, source, depth);
        foreach (var entry in index.Manifests.Where(entry => !entry.IsAttestation && entry.IsManifest))
        {
            var platform = entry.Platform ?? inherited;
            var isIndex = MediaTypes.IsIndex(entry.MediaType);
            if (!_known.Add((entry.Digest, platform, isIndex)))
            {
                // An index may list one entry many times, on each of its levels.
                continue;
            }

            Check(index, _known.Count <= TransferLimits.ManifestsPerImage, $"{TransferLimits.ManifestsPerImage:N0} manifests");
            if (isIndex)
            {
                if (await source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false)
                    && await read(entry, cancellationToken).ConfigureAwait(false) is ImageIndex inner)
                {
                    await CollectAsync(inner, platform, depth + 1, cancellationToken).ConfigureAwait(false);
                }
            }
            else if (platform is not { IsUnknown: true })
            {
                _candidates.Add(new Candidate(entry, platform));
            }
        }
    }

    private void Check(ImageIndex index, bool isAllowed, string limit)
    {
        if (!isAllowed)
        {
            throw new LimitExceededException(
                $"The index {index.Digest} of {source.Description} has more than {limit}.", "Request an image within it by its digest.");
        }
    }

    private static bool IsOpen(Platform? stated, IReadOnlyList<Platform> wanted) =>
        stated is null or { Os.Length: 0 } or { Architecture.Length: 0 }
        || (stated.OsVersion is null && wanted.Any(platform => platform.OsVersion is not null && platform.Os == stated.Os));

    private async Task ReadPlatformsAsync(ImageIndex index, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        for (var position = 0; position < _candidates.Count; position++)
        {
            var candidate = _candidates[position];
            if (IsOpen(candidate.Platform, wanted)
                && await source.ContainsAsync(candidate.Entry, cancellationToken).ConfigureAwait(false)
                && await read(candidate.Entry, cancellationToken).ConfigureAwait(false) is ImageManifest image)
            {
                bytes += image.IsImage ? image.Config.Size : 0;
                Check(
                    index, bytes <= TransferLimits.ManifestBytesPerImage,
                    $"{TransferLimits.ManifestBytesPerImage / 1024 / 1024} MiB of configs");
                _candidates[position] = await ReadPlatformAsync(candidate, image, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Candidate> ReadPlatformAsync(Candidate candidate, ImageManifest image, CancellationToken cancellationToken)
    {
        if (!image.IsImage)
        {
            return candidate with { IsArtifact = true };
        }

        return await source.ContainsAsync(image.Config, cancellationToken).ConfigureAwait(false)
            && await TryPlatformOfAsync(image, cancellationToken).ConfigureAwait(false) is { } own
            ? candidate with { Platform = Complete(candidate.Platform, own), IsArtifact = !IsImage(image, own) }
            : candidate;
    }

    // The values of the entry have precedence; its config adds the others.
    private static Platform Complete(Platform? stated, Platform own) => stated is null ? own : new Platform(
        stated.Os.Length > 0 ? stated.Os : own.Os, stated.Architecture.Length > 0 ? stated.Architecture : own.Architecture,
        stated.Variant ?? own.Variant, stated.OsVersion ?? own.OsVersion);

    private async Task<Platform?> TryPlatformOfAsync(ImageManifest image, CancellationToken cancellationToken)
    {
        try
        {
            return await PlatformOfAsync(source, image, cancellationToken).ConfigureAwait(false);
        }
        catch (UnsupportedContentException)
        {
            // One unreadable config does not hide the other images of the index.
            return null;
        }
    }

    private PlatformNotFoundException NotFound(ImageIndex index, string wanted)
    {
        var existing = _candidates.Select(candidate => candidate.Platform?.ToString()).OfType<string>().Distinct().ToList();
        return new PlatformNotFoundException(
            $"The index {index.Digest} of {source.Description} has no image for {wanted}; "
            + (existing.Count > 0 ? $"existing platforms: {string.Join(", ", existing)}." : "no entry states a platform."),
            "Choose an existing platform, or take all platforms.");
    }

    private sealed record Candidate(Descriptor Entry, Platform? Platform)
    {
        public bool IsArtifact { get; init; }
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Copies the referrers of an image.</summary>
internal sealed class ReferrerCopy
{
    private readonly IReferrerSource _source;
    private readonly IImageTarget _target;
    private readonly ImageReference _name;
    private readonly CopyOptions _options;
    private readonly ReferrerWalk _walk;
    private readonly ReferrerGate _gate;

    public ReferrerCopy(ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options)
    {
        (_source, _target, _name, _options) = (Listed(selection), target, name, options);
        _gate = new ReferrerGate(_source, selection.Name, options);
        _walk = new ReferrerWalk(_source, (target as IReferrerSource)?.ReferrersIn(name));
    }

    /// <summary>Copies the referrers that the target lacks.</summary>
    /// <param name="subjects">The manifests that may have referrers.</param>
    /// <param name="copier">Copies each.</param>
    /// <param name="progress">Counts the bytes.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    public async Task RunAsync(IEnumerable<Digest> subjects, ImageCopier copier, CopyMonitor progress, CancellationToken cancellationToken)
    {
        await foreach (var missing in _walk.FindAsync(subjects, cancellationToken).ConfigureAwait(false))
        {
            var name = missing.NameBeside(_name);
            var own = new CopyMonitor();
            try
            {
                if (!await _gate.AllowsAsync(missing.Manifest, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                await copier.CopyAsync(
                    new ImageSelection(_source, missing.Manifest), _target, name, OptionsFor(missing), own,
                    cancellationToken).ConfigureAwait(false);
                _options.Logger.Information(
                    $"{name}: copied as a referrer of {_name} ({missing.Manifest.ArtifactType ?? missing.Manifest.MediaType}).");
            }
            catch (ManifestNotFoundException gone)
            {
                // A list that clients maintain by tag may contain deleted manifests.
                _options.Logger.Warning(
                    $"{_source.Description} lists the referrer {missing.Manifest.Digest} of {_name}, but no longer has it; "
                    + $"it is omitted. {gone.Message}");
            }

            progress.AddSent(own.Sent);
        }
    }

    /// <summary>The referrers that would be copied, and the action for each of their blobs.</summary>
    /// <param name="subjects">The manifests that may have referrers.</param>
    /// <param name="planned">The blobs that are planned already; those of the referrers are added.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<(IReadOnlyList<Descriptor> Referrers, IReadOnlyList<PlannedBlob> Blobs)> PlanAsync(
        IEnumerable<Digest> subjects, ISet<Digest> planned, CancellationToken cancellationToken)
    {
        var (found, blobs) = (new List<Descriptor>(), new List<PlannedBlob>());
        await foreach (var missing in _walk.FindAsync(subjects, cancellationToken).ConfigureAwait(false))
        {
            if (await TryReadAsync(missing, cancellationToken).ConfigureAwait(false) is { } tree)
            {
                found.Add(missing.Manifest);
                foreach (var work in BlobWork.Of(tree, null, DiffIds.None).Where(work => planned.Add(work.Blob.Digest)))
                {
                    var blob = await PlannedBlob.OfAsync(work, null, _target, _options.Force, cancellationToken).ConfigureAwait(false);
                    blobs.Add(blob with { IsReferrer = true });
                }
            }
        }

        return (found, blobs);
    }

    /// <summary>The root and the entries of an index, without reading more than the root.</summary>
    public static async Task<IEnumerable<Digest>> SubjectsAsync(ImageSelection selection, CancellationToken cancellationToken) =>
        MediaTypes.IsIndex(selection.Root.MediaType)
            ? (await selection.ReadAsync(cancellationToken).ConfigureAwait(false)).References
                .Select(entry => entry.Digest).Prepend(selection.Root.Digest)
            : [selection.Root.Digest];

    // Null if the copy would leave it out: by the policy, or as a deleted manifest that a list still has.
    private async Task<ImageTree?> TryReadAsync(ReferrerWalk.Missing missing, CancellationToken cancellationToken)
    {
        try
        {
            return !await _gate.AllowsAsync(missing.Manifest, cancellationToken).ConfigureAwait(false) ? null
                : await new ImageTreeReader(new ImageSelection(_source, missing.Manifest), OptionsFor(missing))
                .ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException)
        {
            return null;
        }
    }

    private CopyOptions OptionsFor(ReferrerWalk.Missing missing) => _options with
    {
        Policy = null,
        Compression = LayerCompression.None,
        Platforms = [],
        DefaultPlatformOnly = false,
        ExpectedDigest = null,
        IncludeReferrers = false,
        ReferrerOf = missing.Subject,
    };

    private static IReferrerSource Listed(ImageSelection selection) => selection.Source is IReferrerSource source
        ? source.ReferrersIn(selection.SourceName)
        : throw new InvalidOptionException(
            $"The referrers of {selection.Root.Digest} cannot be copied: {selection.Source.Description} does not list referrers.",
            "Copy the image without its referrers, or from a registry, a cache or an OCI layout.");
}

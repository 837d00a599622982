using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that inspects images in a registry, a cache or an archive.</summary>
public abstract class ImageSourceCommand : RegistryCommand
{
    private ArchiveInput? _archives;

    // No parameter sets: an object of Get-ImageTar has a reference, a digest and a path, which bind together, and the path is the location
    // of the image.

    /// <summary>The images: references in a registry, or with -CachePath names, digests or wildcard patterns in a cache.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ListLine]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The folder of the cache that has the images; without it they are in a registry.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <summary>The digest of the image in the cache: exactly this image, even if its name now belongs to another one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CachedDigestCompleter))]
    public string? Digest { get; set; }

    /// <summary>The paths of archives; they take precedence over <see cref="Reference"/>.</summary>
    private protected abstract string[] ArchivePaths { get; }

    /// <summary>True if the paths have no wildcards.</summary>
    private protected abstract bool ArchivePathsAreLiteral { get; }

    /// <summary>The value of -Image.</summary>
    private protected abstract string[]? ArchivedImages { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ArchivePaths.Length > 0 && !(ArchivePathsAreLiteral && ListLineAttribute.IsLine(Reference)))
        {
            ProcessArchives();
        }
        else if (CachePath is not null)
        {
            ProcessCache();
        }
        else if (Reference.Length > 0)
        {
            foreach (var text in Lines.Read(Reference))
            {
                Try(text, () => ProcessReference(text));
            }
        }
        else
        {
            Require<object?>(null, () => throw new InvalidOptionException(
                "No image is specified.", "Specify an image of a registry, of a cache or of an archive."));
        }
    }

    /// <summary>Starts the work on one image.</summary>
    private protected abstract void Process(ImageInput image);

    private void ProcessReference(string text)
    {
        var reference = References.Parse(text);
        var repository = Access.Repository(reference);
        Process(new ImageInput(text, reference.ToString(), async token =>
        {
            var root = await repository.ResolveAsync(reference.TagOrDigest!, token).ConfigureAwait(false);
            PusherSession.Current.AddKnownReference(reference);
            return new ImageSelection(repository, root) { Name = reference };
        }));
    }

    private void ProcessCache()
    {
        Digest? digest = null;
        if (!TryCache(CachePath, out var cache)
            || !Try(Digest, () => digest = Await(token => CachedDigests.FindAsync(cache, Digest, token))))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                foreach (var entry in Await(token => CacheLookup.FindAnyAsync(cache, text, token)))
                {
                    Process(new ImageInput(text, entry.PrintableName(), token => SelectAsync(cache, entry, digest, token)));
                }
            });
        }
    }

    private void ProcessArchives() => (_archives ??= new ArchiveInput(this)).Process(
        ArchivePaths, ArchivePathsAreLiteral, ArchivedImages, needsNames: false, (input, shared, selected) =>
        {
            foreach (var (image, name) in selected)
            {
                shared.Hold();
                Process(new ImageInput(
                    input, name.ToString(), _ => Task.FromResult(ArchiveInput.SelectionOf(shared.Archive, image, name)), shared.Release));
            }
        });

    private static async Task<ImageSelection> SelectAsync(
        ImageCache cache, CacheEntry entry, Digest? digest, CancellationToken cancellationToken)
    {
        var root = digest is null
            ? entry.Descriptor : (await cache.ResolveAsync(digest.ToString(), cancellationToken).ConfigureAwait(false)).Descriptor;
        return new ImageSelection(cache, root) { SourceName = entry.Reference, Name = entry.Reference };
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Bundles;

/// <summary>The content that the receiver of a bundle already has: blobs, and the images that contain them.</summary>
internal sealed class Baseline : IArchiveContent
{
    private readonly Dictionary<Digest, List<BlobHolder>> _holders = [];
    private readonly ImageBlobs _blobs = new();

    /// <summary>A baseline omits content that the receiver has, and adds no files.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files => [];

    public string? PartWith(Descriptor blob) => null;

    public IReadOnlyList<BlobHolder> HoldersOf(Descriptor blob) => _holders.GetValueOrDefault(blob.Digest) ?? [];

    /// <summary>Adds a blob of an image.</summary>
    public void Add(Digest blob, BlobHolder holder)
    {
        if (!_holders.TryGetValue(blob, out var holders))
        {
            _holders[blob] = holders = [];
        }

        if (holders.Count < Limits.BlobHolders && !holders.Contains(holder))
        {
            holders.Add(holder);
        }
    }

    /// <summary>Adds an image that the receiver has under a name.</summary>
    /// <param name="source">The source of its manifests.</param>
    /// <param name="root">Its manifest or index.</param>
    /// <param name="name">Its name at the receiver.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task AddAsync(IImageSource source, Descriptor root, ImageReference name, CancellationToken cancellationToken)
    {
        var holder = new BlobHolder(name.Name, root.Digest);
        foreach (var blob in await _blobs.ListAsync(source, root, cancellationToken).ConfigureAwait(false))
        {
            Add(blob.Digest, holder);
        }
    }

    /// <summary>Adds the images of an archive that was carried to the receiver, with the referrers that went with them.</summary>
    public async Task AddAsync(ImageArchive archive, CancellationToken cancellationToken)
    {
        foreach (var (image, name) in archive.Images.SelectMany(image => image.Names.Select(name => (image, name))))
        {
            await AddAsync(archive, image.Root.Descriptor, name, cancellationToken).ConfigureAwait(false);
            var source = ((IReferrerSource)archive).ReferrersIn(name);
            var subjects = await _blobs.ReadAsync(archive, image.Root.Descriptor, cancellationToken).ConfigureAwait(false);
            await foreach (var referrer in new ReferrerWalk(source, null).FindAsync(
                subjects.Select(subject => subject.Digest), cancellationToken).ConfigureAwait(false))
            {
                await AddAsync(archive, referrer.Manifest, name, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

using System.Text;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>
/// The division of images into parts with a maximum size. Every part has all manifests, small configs and lists, so that each is a
/// valid sparse layout; each other blob is in the first part that has room for it.
/// </summary>
internal sealed class BundlePlan
{
    // An identifier of the length that all have.
    private static readonly string AnyId = Digest.Of([]).ToString();

    private readonly BundleMeasure _images;
    private readonly IArchiveContent? _baseline;
    private readonly string _path;
    private readonly long _maximum;
    private readonly IReadOnlyList<(ImageReference Image, Descriptor Blob)> _blobs;
    private readonly long _common;
    private readonly Dictionary<Digest, int> _partOf = [];
    private readonly List<long> _used = [];
    private List<(string File, IReadOnlyList<string> Images)> _table = [];
    private long _reserved;

    private BundlePlan(BundleMeasure images, IArchiveContent? baseline, string path, long maximum)
    {
        (_images, _baseline, _path, _maximum) = (images, baseline, path, maximum);
        var omitted = new OmittedBlobs();
        var common = new Dictionary<Digest, long>();
        var blobs = new Dictionary<Digest, (ImageReference, Descriptor)>();
        foreach (var (image, blob) in images.Images.SelectMany(image => image.Blobs.Select(blob => (image.Name, blob))))
        {
            if (SparseContent.IsDescription(blob))
            {
                common[blob.Digest] = blob.Size;
            }
            else if (baseline?.HoldersOf(blob) is { Count: > 0 } holders)
            {
                omitted.Add(blob.Digest, holders);
            }
            else
            {
                blobs.TryAdd(blob.Digest, (image, blob));
            }
        }

        images.Manifests.Values.ToList().ForEach(manifest => common[manifest.Digest] = manifest.Raw.Length);
        _blobs = [.. blobs.Values.Where(blob => !common.ContainsKey(blob.Item2.Digest))];
        _common = common.Sum(blob => SizeOf(LayoutPaths.BlobName(blob.Key), blob.Value)) + (2 * TarChecksum.BlockSize)
            + ArchiveIndexWriter.Write(ArchiveFormat.Oci, images.Listed, []).Sum(file => SizeOf(file.Name, file.Content.Length))
            + (omitted.Count > 0 ? SizeOf(OmittedBlobs.FileName, omitted.Write().Length) : 0);
    }

    /// <summary>The number of parts, at least 1.</summary>
    public int Count => _used.Count;

    /// <summary>Identifies the bundle: equal plans give equal parts.</summary>
    public string Id { get; private set; } = "";

    /// <summary>The images by name and digest, each with the numbers of the parts that it needs.</summary>
    public IEnumerable<(ImageReference Name, Digest Digest, IReadOnlyList<int> Parts)> Images =>
        _images.Images.Select(image => (image.Name, image.Digest, PartsOf(image.Blobs)));

    /// <summary>Divides images into parts.</summary>
    /// <param name="images">The images.</param>
    /// <param name="baseline">The blobs to omit; null for none.</param>
    /// <param name="path">The path of the bundle, from which those of the parts are made.</param>
    /// <param name="maximum">The maximum number of bytes of a part.</param>
    /// <exception cref="LimitExceededException">A blob does not fit into a part.</exception>
    public static BundlePlan Create(BundleMeasure images, IArchiveContent? baseline, string path, long maximum)
    {
        var plan = new BundlePlan(images, baseline, path, maximum);
        if (!plan.TryDivide(maximum))
        {
            throw plan.TooSmall();
        }

        plan.Id = plan.Identify();
        return plan;
    }

    /// <summary>The path of a part.</summary>
    public string PathOf(int number) => BundleFiles.PartPath(_path, number);

    /// <summary>The exact size of a part in bytes.</summary>
    public long SizeOfPart(int number) => _common + _used[number - 1] + SizeOf(BundlePart.FileName, PartOf(number).Write().Length);

    /// <summary>The description of all parts that each part contains.</summary>
    public BundlePart PartOf(int number) => new(Id, number, _table);

    /// <summary>The blobs that the archive of a part omits, and its description of all parts.</summary>
    public IArchiveContent ContentOf(int number) => new PartContent(this, number);

    private bool TryDivide(long maximum)
    {
        // The description of all parts grows with their number.
        for (_reserved = TarChecksum.BlockSize; ; _reserved = TableSize())
        {
            if (!TryAssign(maximum - _common - _reserved))
            {
                return false;
            }

            _table = Table();
            if (TableSize() <= _reserved)
            {
                return true;
            }
        }
    }

    private bool TryAssign(long room)
    {
        _partOf.Clear();
        _used.Clear();
        _used.Add(0);
        foreach (var (_, blob) in _blobs)
        {
            var size = SizeOf(LayoutPaths.BlobName(blob.Digest), blob.Size);
            var part = _used.FindIndex(used => used + size <= room);
            if (part < 0)
            {
                part = _used.Count;
                _used.Add(0);
            }

            if (size > room || part >= Limits.BundleParts)
            {
                return false;
            }

            _partOf[blob.Digest] = part;
            _used[part] += size;
        }

        return room >= 0;
    }

    private IReadOnlyList<int> PartsOf(IReadOnlyList<Descriptor> blobs) =>
        [.. blobs.Where(blob => _partOf.ContainsKey(blob.Digest)).Select(blob => _partOf[blob.Digest] + 1).Distinct().Order()];

    private List<(string File, IReadOnlyList<string> Images)> Table()
    {
        var images = Enumerable.Range(0, Count).Select(_ => new List<string>()).ToList();
        foreach (var (name, _, parts) in Images)
        {
            parts.ToList().ForEach(part => images[part - 1].Add(name.ToString()));
        }

        return [.. images.Select((names, part) => (Path.GetFileName(PathOf(part + 1)), (IReadOnlyList<string>)names))];
    }

    private long TableSize() => Math.Max(_reserved, SizeOf(BundlePart.FileName, (PartOf(Count) with { Bundle = AnyId }).Write().Length));

    private InvalidOptionException TooSmall()
    {
        var largest = _blobs.MaxBy(blob => blob.Blob.Size);
        var needed = largest.Blob is null ? 0 : SizeOf(LayoutPaths.BlobName(largest.Blob.Digest), largest.Blob.Size);
        var smallest = _common + needed + TarChecksum.BlockSize;
        while (!TryDivide(smallest))
        {
            smallest += Math.Max(TarChecksum.BlockSize, smallest / 1024 / TarChecksum.BlockSize * TarChecksum.BlockSize);
        }

        var what = largest.Blob is null ? "the manifests of its images" : $"{largest.Blob.Digest} of {largest.Image}";
        return new InvalidOptionException(
            $"The bundle '{_path}' cannot be divided into parts of {_maximum} bytes: {what}, "
            + $"{largest.Blob?.Size ?? _common} bytes, does not fit; the smallest usable size is {smallest} bytes.",
            "Choose a larger size, or a baseline that has the blob.");
    }

    private string Identify()
    {
        var text = new StringBuilder().Append(_maximum).Append('\n').Append(Path.GetFileName(_path)).Append('\n')
            .Append(_common).Append('\n');
        _images.Listed.ForEach(entry => text.Append(entry.Name).Append(' ').Append(entry.Manifest.Digest).Append('\n'));
        foreach (var (_, blob) in _blobs)
        {
            text.Append(blob.Digest).Append(' ').Append(_partOf[blob.Digest]).Append('\n');
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString())).ToString();
    }

    private static long SizeOf(string name, long length) => TarHeaderWriter.SizeOf(name)
        + ((length + TarChecksum.BlockSize - 1) / TarChecksum.BlockSize * TarChecksum.BlockSize);

    private sealed class PartContent(BundlePlan plan, int number) : IArchiveContent
    {
        public IEnumerable<(string Name, byte[] Content)> Files => [(BundlePart.FileName, plan.PartOf(number).Write())];

        public IReadOnlyList<BlobHolder> HoldersOf(Descriptor blob) => plan._baseline?.HoldersOf(blob) ?? [];

        public string? PartWith(Descriptor blob) =>
            plan._partOf.TryGetValue(blob.Digest, out var part) && part != number - 1 ? plan.PathOf(part + 1) : null;
    }
}

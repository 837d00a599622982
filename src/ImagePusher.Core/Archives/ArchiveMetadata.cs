using System.Security.Cryptography;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The metadata of an archive that is read when it is opened: manifests and configs, each once and within limits, and the locations of
/// blobs.
/// </summary>
/// <param name="container">The files of the archive.</param>
/// <param name="options">The limits.</param>
/// <param name="cancellationToken">Cancels the opening.</param>
internal sealed class ArchiveMetadata(ArchiveContainer container, ArchiveOptions options, CancellationToken cancellationToken)
{
    private readonly Dictionary<Digest, ArchiveEntry> _blobs = [];
    private readonly Dictionary<Digest, Manifest> _manifests = [];
    private readonly Dictionary<ArchiveEntry, (ImageConfig Config, Digest Digest)> _configs = [];
    private readonly Dictionary<ArchiveEntry, Digest> _layers = [];
    private long _budget = options.MaximumMetadataBytes;

    /// <summary>The archive's path, for messages.</summary>
    public string Path => container.Path;

    /// <summary>The manifests in the archive that reference missing content.</summary>
    public HashSet<Digest> Incomplete { get; } = [];

    /// <summary>The blobs that the archive omits because its receiver has them.</summary>
    public OmittedBlobs Omitted { get; set; } = new();

    /// <summary>True if other parts of a bundle have blobs that the archive lacks.</summary>
    public bool IsPart { get; set; }

    /// <summary>The number of bytes of layers that had to be read.</summary>
    public long LayerBytesRead { get; private set; }

    /// <summary>Reads a file such as index.json; null if it is missing.</summary>
    public byte[]? ReadText(string name, int maximum)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (container.Find(name) is not { } file)
        {
            return null;
        }

        var content = Read(file, maximum, name);
        Charge(content.Length);
        return content;
    }

    /// <summary>Finds a blob; null if the archive lacks it.</summary>
    public ArchiveEntry? FindBlob(Digest digest) =>
        _blobs.GetValueOrDefault(digest) ?? container.Find(LayoutPaths.BlobName(digest));

    /// <summary>Records where a blob is that has its own name.</summary>
    public void AddBlob(Digest digest, ArchiveEntry file)
    {
        if (!_blobs.TryAdd(digest, file) && _blobs[digest].Length != file.Length)
        {
            throw ArchiveErrors.Damaged(Path, $"'{file.Name}' and '{_blobs[digest].Name}' are both named as {digest} and differ in size");
        }
    }

    /// <summary>Adds a manifest that was generated from the archive.</summary>
    public void AddManifest(Manifest manifest)
    {
        if (_manifests.TryAdd(manifest.Digest, manifest))
        {
            Charge(manifest.Raw.Length);
        }
    }

    /// <summary>A manifest that was already read or generated; null for an unknown digest.</summary>
    public Manifest? FindManifest(Digest digest) => _manifests.GetValueOrDefault(digest);

    /// <summary>Reads and verifies a manifest.</summary>
    /// <exception cref="IncompleteImageException">The archive lacks it.</exception>
    /// <exception cref="InvalidImageArchiveException">It is not a manifest.</exception>
    public Manifest ReadManifest(Descriptor descriptor)
    {
        if (_manifests.TryGetValue(descriptor.Digest, out var manifest))
        {
            return manifest;
        }

        var file = FindBlob(descriptor.Digest) ?? throw ArchiveErrors.Incomplete(Path, $"the manifest {descriptor.Digest} is missing");
        var raw = Read(file, Manifest.MaximumSize, $"the manifest {descriptor.Digest}");
        Charge(raw.Length);
        Verify(raw, descriptor);
        try
        {
            manifest = Manifest.Parse(raw, descriptor.MediaType, descriptor.Digest.HashName);
        }
        catch (UnsupportedAlgorithmException error)
        {
            throw error.ToError($"The manifest {descriptor.Digest} in '{Path}'");
        }
        catch (FormatException error)
        {
            throw ArchiveErrors.Damaged(Path, $"the manifest {descriptor.Digest} can't be read: {error.Message}", error);
        }

        _manifests[descriptor.Digest] = manifest;
        return manifest;
    }

    /// <summary>Reads an image's config and its digest.</summary>
    public (ImageConfig Config, Digest Digest) ReadConfig(ArchiveEntry file, Descriptor? expected = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_configs.TryGetValue(file, out var known))
        {
            var raw = Read(file, ImageConfig.MaximumSize, $"the config '{file.Name}'");
            if (expected is not null)
            {
                Verify(raw, expected);
            }

            try
            {
                known = (ImageConfig.Parse(raw), expected?.Digest ?? Digest.Of(raw));
            }
            catch (UnsupportedAlgorithmException error)
            {
                throw error.ToError($"The config '{file.Name}' in '{Path}'");
            }
            catch (FormatException error)
            {
                throw ArchiveErrors.Damaged(Path, $"the config '{file.Name}' can't be read: {error.Message}", error);
            }

            Charge(100L * (known.Config.DiffIds.Count + 1));
            _configs[file] = known;
        }

        return known;
    }

    /// <summary>The kind of a layer by its first bytes.</summary>
    public ContentKind KindOf(ArchiveEntry layer) => ContentDetector.Detect(container.ReadHead(layer, ContentDetector.HeadLength));

    /// <summary>Computes a layer's digest, for which all of it is read once.</summary>
    public Digest HashLayer(ArchiveEntry layer) => _layers.TryGetValue(layer, out var known) ? known : _layers[layer] = Hash(layer);

    /// <summary>Finds a required file.</summary>
    public ArchiveEntry Require(string name, string namedBy) =>
        container.Find(name) ?? throw ArchiveErrors.Damaged(
            Path, $"'{TerminalText.Quote(name)}', which {namedBy} names, {container.ExplainMissing(name)}");

    private Digest Hash(ArchiveEntry layer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = container.Open(layer, 0, count => LayerBytesRead += count);
        var buffer = new byte[256 * 1024];
        while (stream.Read(buffer) is var count and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, count));
        }

        return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
    }

    private void Charge(long bytes)
    {
        _budget -= bytes;
        if (_budget < 0)
        {
            throw ArchiveErrors.Limit(
                Path, $"its manifests have more than {options.MaximumMetadataBytes} bytes together", "Save fewer images into one archive.");
        }
    }

    private byte[] Read(ArchiveEntry file, int maximum, string what)
    {
        if (file.Length > maximum)
        {
            throw ArchiveErrors.Limit(
                Path,
                $"{what} has {file.Length} bytes; at most {maximum} are read",
                "Check what created the archive; no image needs so much.");
        }

        return container.ReadHead(file, maximum);
    }

    private void Verify(byte[] raw, Descriptor expected)
    {
        var subject = $"{expected.Digest} in '{Path}'";
        if (raw.Length != expected.Size)
        {
            throw new DigestMismatchException(subject, $"{expected.Size} bytes", $"{raw.Length} bytes");
        }

        if (Digest.Of(raw, expected.Digest.HashName) is var actual && actual != expected.Digest)
        {
            throw new DigestMismatchException(subject, expected.Digest.ToString(), actual.ToString());
        }
    }
}

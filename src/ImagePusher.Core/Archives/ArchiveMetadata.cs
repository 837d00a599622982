using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// What is read of an archive when it is opened: manifests and configs, each once, within a budget; and where each blob lies.
/// </summary>
/// <param name="files">The archive's files.</param>
/// <param name="options">The limits.</param>
/// <param name="cancellationToken">Stops the opening.</param>
internal sealed class ArchiveMetadata(ArchiveFiles files, ArchiveOptions options, CancellationToken cancellationToken)
{
    private readonly Dictionary<Digest, ArchivedFile> _blobs = [];
    private readonly Dictionary<Digest, Manifest> _manifests = [];
    private readonly Dictionary<ArchivedFile, (ImageConfig Config, Digest Digest)> _configs = [];
    private readonly Dictionary<ArchivedFile, Digest> _layers = [];
    private long _budget = options.MaximumMetadataBytes;

    /// <summary>The archive's path, for messages.</summary>
    public string Path => files.Path;

    /// <summary>The manifests that lie in the archive but lack something that they name.</summary>
    public HashSet<Digest> Incomplete { get; } = [];

    /// <summary>How many bytes of layers had to be read.</summary>
    public long LayerBytesRead { get; private set; }

    /// <summary>Reads a file of the archive's own, such as index.json; null if it is not there.</summary>
    public byte[]? ReadText(string name, int maximum)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (files.Find(name) is not { } file)
        {
            return null;
        }

        var content = Read(file, maximum, name);
        Charge(content.Length);
        return content;
    }

    /// <summary>Where a blob lies; null if the archive lacks it.</summary>
    public ArchivedFile? FindBlob(Digest digest) =>
        _blobs.GetValueOrDefault(digest) ?? files.Find($"blobs/{digest.Algorithm}/{digest.Encoded}");

    /// <summary>Says where a blob lies that has a name of its own.</summary>
    public void Place(Digest digest, ArchivedFile file)
    {
        if (!_blobs.TryAdd(digest, file) && _blobs[digest].Length != file.Length)
        {
            throw ArchiveProblem.Damaged(Path, $"'{file.Name}' and '{_blobs[digest].Name}' are both said to be {digest}, and differ in size");
        }
    }

    /// <summary>Keeps a manifest that does not lie in the archive as it is.</summary>
    public void Keep(Manifest manifest)
    {
        if (_manifests.TryAdd(manifest.Digest, manifest))
        {
            Charge(manifest.Raw.Length);
        }
    }

    /// <summary>A manifest that was read or made already; null if there is none of this digest.</summary>
    public Manifest? FindManifest(Digest digest) => _manifests.GetValueOrDefault(digest);

    /// <summary>Reads a manifest, verified.</summary>
    /// <exception cref="InvalidImageArchiveException">The archive lacks it, or it is none.</exception>
    public Manifest ReadManifest(Descriptor descriptor)
    {
        if (_manifests.TryGetValue(descriptor.Digest, out var manifest))
        {
            return manifest;
        }

        var file = FindBlob(descriptor.Digest) ?? throw ArchiveProblem.Damaged(Path, $"the manifest {descriptor.Digest} is missing");
        var raw = Read(file, Manifest.MaximumSize, $"the manifest {descriptor.Digest}");
        Charge(raw.Length);
        Verify(raw, descriptor);
        try
        {
            manifest = Manifest.Parse(raw, descriptor.MediaType);
        }
        catch (FormatException error)
        {
            throw ArchiveProblem.Damaged(Path, $"the manifest {descriptor.Digest} can't be read: {error.Message}", error);
        }

        _manifests[descriptor.Digest] = manifest;
        _manifests[manifest.Digest] = manifest;
        return manifest;
    }

    /// <summary>Reads an image's config and says what its digest is.</summary>
    public (ImageConfig Config, Digest Digest) ReadConfig(ArchivedFile file, Descriptor? expected = null)
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
            catch (FormatException error)
            {
                throw ArchiveProblem.Damaged(Path, $"the config '{file.Name}' can't be read: {error.Message}", error);
            }

            Charge(100L * (known.Config.DiffIds.Count + 1));
            _configs[file] = known;
        }

        return known;
    }

    /// <summary>The format of a layer by its first bytes, of which no more are read.</summary>
    public FileFormat FormatOf(ArchivedFile layer) => FileFormats.Compression(files.Head(layer, 4));

    /// <summary>Computes a layer's digest, for which all of it is read, once.</summary>
    public Digest HashLayer(ArchivedFile layer) => _layers.TryGetValue(layer, out var known) ? known : _layers[layer] = Hash(layer);

    /// <summary>Finds a file that must be there.</summary>
    public ArchivedFile Require(string name, string namedBy) =>
        files.Find(name) ?? throw ArchiveProblem.Damaged(Path, $"'{name}', which {namedBy} names, is missing");

    private Digest Hash(ArchivedFile layer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = files.Open(layer, 0, count => LayerBytesRead += count);
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
            throw ArchiveProblem.TooLarge(
                Path, $"its manifests have more than {options.MaximumMetadataBytes} bytes together", "Save fewer images into one archive.");
        }
    }

    private byte[] Read(ArchivedFile file, int maximum, string what)
    {
        if (file.Length > maximum)
        {
            throw ArchiveProblem.TooLarge(
                Path, $"{what} has {file.Length} bytes, and may have {maximum}", "Check what made the archive; no image needs so much.");
        }

        return files.Head(file, maximum);
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

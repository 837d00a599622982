using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>The entries of the layers that were read, each layer once even if several images have it.</summary>
/// <param name="hashesContent">True to compute the SHA-256 of every file.</param>
/// <param name="kept">The paths whose content is kept if it is small, so that their layer need not be read again; null for none.</param>
internal sealed class LayerIndex(bool hashesContent, IReadOnlySet<string>? kept = null)
{
    private const int BufferSize = 128 * 1024;
    private const int KeptFile = 1024 * 1024;
    private const int KeptFiles = 16 * 1024 * 1024;

    private readonly Dictionary<Digest, IReadOnlyList<LayerEntry>> _layers = [];
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _entries;
    private long _characters;
    private long _kept;

    /// <summary>The entries of a layer.</summary>
    /// <exception cref="LimitExceededException">The layers together have too many entries.</exception>
    public async Task<IReadOnlyList<LayerEntry>> ReadAsync(InspectedImage image, Descriptor layer, CancellationToken cancellationToken)
    {
        if (_layers.TryGetValue(layer.Digest, out var known))
        {
            return known;
        }

        var entries = new List<LayerEntry>();
        await new LayerReader(image.Source, layer).ReadAsync(
            async (entry, content) =>
            {
                if (++_entries > InspectionLimits.LayerEntries)
                {
                    throw LayerErrors.Limit(
                        $"The layers of {image.Manifest.Digest} of {image.Source.Description} have more than "
                        + $"{InspectionLimits.LayerEntries:N0} entries.");
                }

                entry = Bound(entry);
                if ((_characters += entry.Path.Length + entry.Link.Length) > InspectionLimits.NameCharacters)
                {
                    throw LayerErrors.Limit(
                        $"The names in the layers of {image.Manifest.Digest} of {image.Source.Description} have more than "
                        + $"{InspectionLimits.NameCharacters:N0} characters.");
                }

                entries.Add(content is null ? entry
                    : hashesContent ? entry with { Hash = await HashAsync(content, cancellationToken).ConfigureAwait(false) }
                    : IsKept(entry) ? entry with { Content = await KeepAsync(entry, content, cancellationToken).ConfigureAwait(false) }
                    : entry);
            },
            cancellationToken).ConfigureAwait(false);
        return _layers[layer.Digest] = entries;
    }

    // A longer name or link is left out later; until then its length is all that counts.
    private static LayerEntry Bound(LayerEntry entry) =>
        entry.Path.Length <= InspectionLimits.FilePath && entry.Link.Length <= InspectionLimits.FilePath ? entry
        : entry with { Path = Cut(entry.Path), Link = Cut(entry.Link) };

    private static string Cut(string text) =>
        text.Length <= InspectionLimits.FilePath ? text : text[..(InspectionLimits.FilePath + 1)];

    private bool IsKept(LayerEntry entry) =>
        kept?.Contains(entry.Path) == true && entry.Size <= KeptFile && _kept + entry.Size <= KeptFiles;

    private async Task<byte[]> KeepAsync(LayerEntry entry, Stream content, CancellationToken cancellationToken)
    {
        _kept += entry.Size;
        var bytes = new byte[entry.Size];
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private async Task<byte[]> HashAsync(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await content.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            hash.AppendData(_buffer.AsSpan(0, count));
        }

        return hash.GetHashAndReset();
    }
}

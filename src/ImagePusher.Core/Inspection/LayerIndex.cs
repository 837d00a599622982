using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>The entries of the layers that were read, each layer once even if several images have it.</summary>
/// <param name="hashesContent">True to compute the SHA-256 of every file.</param>
/// <param name="early">Receives the content of files while their layer is read; null if it is not wanted.</param>
internal sealed class LayerIndex(bool hashesContent, EarlyContent? early = null)
{
    private const int BufferSize = 128 * 1024;

    private readonly Dictionary<Digest, IReadOnlyList<LayerEntry>> _layers = [];
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _entries;
    private long _characters;

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

                if (content is not null && early is not null)
                {
                    await early.ReceiveAsync(layer.Digest, entry, content, cancellationToken).ConfigureAwait(false);
                }

                entries.Add(content is null || !hashesContent ? entry
                    : entry with { Hash = await HashAsync(content, cancellationToken).ConfigureAwait(false) });
            },
            cancellationToken).ConfigureAwait(false);
        early?.Descend(entries);
        return _layers[layer.Digest] = entries;
    }

    // A longer name or link is omitted later; until then its length is all that counts.
    private static LayerEntry Bound(LayerEntry entry) =>
        entry.Path.Length <= InspectionLimits.FilePath && entry.Link.Length <= InspectionLimits.FilePath ? entry
        : entry with { Path = Cut(entry.Path), Link = Cut(entry.Link) };

    private static string Cut(string text) =>
        text.Length <= InspectionLimits.FilePath ? text : text[..(InspectionLimits.FilePath + 1)];

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

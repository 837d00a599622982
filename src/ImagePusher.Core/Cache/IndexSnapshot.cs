using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// index.json as it was at one moment: its bytes, and where each entry lies in them. A change copies the bytes of every
/// entry and field that it does not touch, so what other tools wrote stays as they wrote it.
/// </summary>
internal sealed class IndexSnapshot
{
    private readonly byte[] _raw;
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private IndexSnapshot(byte[] raw, byte[] head, byte[] tail, IReadOnlyList<IndexSlot> slots)
    {
        (_raw, _head, _tail, Slots) = (raw, head, tail, slots);
        Entries = [.. slots.Select(slot => slot.Entry).OfType<CacheEntry>()];
    }

    /// <summary>The index of a cache without images.</summary>
    public static IndexSnapshot Empty { get; } =
        Parse("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray());

    public ReadOnlyMemory<byte> Raw => _raw;

    public IReadOnlyList<IndexSlot> Slots { get; }

    /// <summary>The entries that could be read, in the file's order.</summary>
    public IReadOnlyList<CacheEntry> Entries { get; }

    /// <summary>True if some entry has a digest of an unknown kind; it is kept, and nothing is known of what it names.</summary>
    public bool HasUnknown => Entries.Count < Slots.Count;

    /// <summary>Reads an index.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    /// <exception cref="FormatException">The JSON is no index.</exception>
    public static IndexSnapshot Parse(byte[] raw)
    {
        var reader = new Utf8JsonReader(raw);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("it is not a JSON object");
        }

        var bodyStart = (int)reader.BytesConsumed;
        var slots = new List<IndexSlot>();
        (int Start, int End, bool Wrap)? array = null;
        var hasOther = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isManifests = reader.ValueTextEquals("manifests"u8);
            reader.Read();
            if (!isManifests)
            {
                hasOther = true;
                reader.Skip();
                continue;
            }

            if (array is not null)
            {
                throw new FormatException("it has 'manifests' twice");
            }

            var start = (int)reader.TokenStartIndex;
            array = reader.TokenType switch
            {
                JsonTokenType.Null => (start, (int)reader.BytesConsumed, true),
                JsonTokenType.StartArray => (start + 1, ReadSlots(ref reader, slots), false),
                _ => throw new FormatException("its 'manifests' is no list"),
            };
        }

        // Reads on, so that bytes after the object are an error too.
        while (reader.Read())
        {
        }

        var (head, tail) = array switch
        {
            (var start, var end, false) => (raw[..start], raw[end..]),
            (var start, var end, true) => ([.. raw[..start], .. "["u8], [.. "]"u8, .. raw[end..]]),
            null => ([.. raw[..bodyStart], .. "\"manifests\":["u8], [.. hasOther ? "],"u8 : "]"u8, .. raw[bodyStart..]]),
        };
        return new IndexSnapshot(raw, head, tail, slots);
    }

    /// <summary>The same index with other entries: kept ones as they are, new ones written.</summary>
    public IndexSnapshot With(IReadOnlyList<IndexSlot> kept, IReadOnlyList<CacheEntry> added)
    {
        var written = added.Select(entry => OciJson.Write(writer => OciJson.WriteDescriptor(writer, entry.Descriptor))).ToList();
        var length = _head.Length + _tail.Length + Math.Max(0, kept.Count + added.Count - 1)
            + kept.Sum(slot => slot.Length) + written.Sum(json => json.Length);
        var raw = GC.AllocateUninitializedArray<byte>(length);
        var slots = new List<IndexSlot>(kept.Count + added.Count);
        _head.CopyTo(raw, 0);
        var position = _head.Length;
        foreach (var slot in kept)
        {
            Append(_raw.AsSpan(slot.Start, slot.Length), slot.Entry);
        }

        for (var number = 0; number < written.Count; number++)
        {
            Append(written[number], added[number]);
        }

        _tail.CopyTo(raw, position);
        return new IndexSnapshot(raw, _head, _tail, slots);

        void Append(ReadOnlySpan<byte> json, CacheEntry? entry)
        {
            if (slots.Count > 0)
            {
                raw[position++] = (byte)',';
            }

            json.CopyTo(raw.AsSpan(position));
            slots.Add(new IndexSlot(position, json.Length, entry));
            position += json.Length;
        }
    }

    private static int ReadSlots(ref Utf8JsonReader reader, List<IndexSlot> slots)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("one of its 'manifests' is no object");
            }

            var start = (int)reader.TokenStartIndex;
            var entry = ReadEntry(JsonElement.ParseValue(ref reader));
            slots.Add(new IndexSlot(start, (int)reader.BytesConsumed - start, entry));
        }

        return (int)reader.TokenStartIndex;
    }

    private static CacheEntry? ReadEntry(JsonElement element)
    {
        try
        {
            return new CacheEntry(OciJson.ReadDescriptor(element));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

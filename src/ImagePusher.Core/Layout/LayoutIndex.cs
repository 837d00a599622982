using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Layout;

/// <summary>
/// The index.json of a layout at one moment: its bytes, and the position of each entry in them. A change copies the bytes of every
/// unchanged entry and field, so content of other tools is preserved.
/// </summary>
/// <remarks>image-spec, image-layout.md#indexjson-file.</remarks>
internal sealed class LayoutIndex
{
    private readonly byte[] _raw;
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private LayoutIndex(byte[] raw, byte[] head, byte[] tail, IReadOnlyList<LayoutSlot> slots, bool hasManifests)
    {
        HasManifests = hasManifests;
        (_raw, _head, _tail, Slots) = (raw, head, tail, slots);
        Descriptors = [.. slots.Select(slot => slot.Descriptor).OfType<Descriptor>()];
    }

    /// <summary>An index without images.</summary>
    public static LayoutIndex Empty { get; } =
        Parse("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray());

    public ReadOnlyMemory<byte> Raw => _raw;

    public IReadOnlyList<LayoutSlot> Slots { get; }

    /// <summary>The entries that could be read, in the file's order.</summary>
    public IReadOnlyList<Descriptor> Descriptors { get; }

    /// <summary>True if the file has the list that makes it an index.</summary>
    public bool HasManifests { get; }

    /// <summary>True if the file has other fields than those of an empty index: without the list it is some other document.</summary>
    public bool HasOtherFields { get; private init; }

    /// <summary>True if some entry could not be read, for example because of its digest algorithm. It is kept unchanged.</summary>
    public bool HasUnknown => Descriptors.Count < Slots.Count;

    /// <summary>Reads an index.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    /// <exception cref="FormatException">The JSON is not an index.</exception>
    public static LayoutIndex Parse(byte[] raw)
    {
        var reader = new Utf8JsonReader(raw);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("it is not a JSON object");
        }

        var bodyStart = (int)reader.BytesConsumed;
        var slots = new List<LayoutSlot>();
        (int Start, int End, bool Wrap)? array = null;
        var (hasOther, hasForeign) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isManifests = reader.IsText("manifests"u8);
            var isOwn = reader.IsText("schemaVersion"u8) || reader.IsText("mediaType"u8)
                || reader.IsText("annotations"u8);
            reader.Read();
            if (!isManifests)
            {
                hasOther = true;
                hasForeign |= !isOwn;
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
                _ => throw new FormatException("its 'manifests' is not a list"),
            };
        }

        // To the end of the file, so that bytes after the object are an error too.
        while (reader.Read())
        {
        }

        var (head, tail) = array switch
        {
            (var start, var end, false) => (raw[..start], raw[end..]),
            (var start, var end, true) => ([.. raw[..start], .. "["u8], [.. "]"u8, .. raw[end..]]),
            null => ([.. raw[..bodyStart], .. "\"manifests\":["u8], [.. hasOther ? "],"u8 : "]"u8, .. raw[bodyStart..]]),
        };
        return new LayoutIndex(raw, head, tail, slots, array is not null) { HasOtherFields = hasForeign };
    }

    /// <summary>The same index with other entries: those that are kept byte for byte, and new ones.</summary>
    public LayoutIndex With(IReadOnlyList<LayoutSlot> kept, IReadOnlyList<Descriptor> added)
    {
        var written = added.Select(entry => OciJson.Write(writer => OciJson.WriteDescriptor(writer, entry))).ToList();
        var length = _head.Length + _tail.Length + Math.Max(0, kept.Count + added.Count - 1)
            + kept.Sum(slot => slot.Length) + written.Sum(json => json.Length);
        var raw = GC.AllocateUninitializedArray<byte>(length);
        var slots = new List<LayoutSlot>(kept.Count + added.Count);
        _head.CopyTo(raw, 0);
        var position = _head.Length;
        foreach (var slot in kept)
        {
            Append(_raw.AsSpan(slot.Start, slot.Length), slot.Descriptor);
        }

        for (var number = 0; number < written.Count; number++)
        {
            Append(written[number], added[number]);
        }

        _tail.CopyTo(raw, position);
        return new LayoutIndex(raw, _head, _tail, slots, hasManifests: true);

        void Append(ReadOnlySpan<byte> json, Descriptor? entry)
        {
            if (slots.Count > 0)
            {
                raw[position++] = (byte)',';
            }

            json.CopyTo(raw.AsSpan(position));
            slots.Add(new LayoutSlot(position, json.Length, entry));
            position += json.Length;
        }
    }

    private static int ReadSlots(ref Utf8JsonReader reader, List<LayoutSlot> slots)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("one of its 'manifests' is not an object");
            }

            var start = (int)reader.TokenStartIndex;
            var entry = ReadEntry(JsonElement.ParseValue(ref reader));
            slots.Add(new LayoutSlot(start, (int)reader.BytesConsumed - start, entry));
        }

        return (int)reader.TokenStartIndex;
    }

    private static Descriptor? ReadEntry(JsonElement element)
    {
        try
        {
            return OciJson.ReadDescriptor(element);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

namespace ImagePusher.Core.Oci;

/// <summary>Rewrites lists of descriptors in a manifest's bytes. Fields that need not change are kept, including unknown ones.</summary>
internal static class DescriptorEdit
{
    /// <summary>The bytes of a list whose descriptors changed.</summary>
    /// <param name="list">The list's bytes.</param>
    /// <param name="before">The descriptors that were read from it, in order.</param>
    /// <param name="after">The new descriptors; null for those that are removed.</param>
    /// <param name="dropAnnotations">True to remove annotations, which docker's manifests do not have.</param>
    public static byte[] List(
        ReadOnlySpan<byte> list, IReadOnlyList<Descriptor> before, IReadOnlyList<Descriptor?> after, bool dropAnnotations = false)
    {
        var ranges = JsonEdit.Elements(list);
        var kept = new List<ReadOnlyMemory<byte>>(before.Count);
        for (var position = 0; position < before.Count; position++)
        {
            if (after[position] is { } changed)
            {
                kept.Add(One(list[ranges[position]], before[position], changed, dropAnnotations));
            }
        }

        return JsonEdit.Array(kept);
    }

    /// <summary>The bytes of one descriptor that changed.</summary>
    public static byte[] One(ReadOnlySpan<byte> raw, Descriptor before, Descriptor after, bool dropAnnotations = false)
    {
        var values = new Dictionary<string, byte[]?>();
        if (after.MediaType != before.MediaType)
        {
            values["mediaType"] = JsonEdit.Text(after.MediaType);
        }

        if (after.Digest != before.Digest || after.Size != before.Size)
        {
            values["digest"] = JsonEdit.Text(after.Digest.ToString());
            values["size"] = JsonEdit.Number(after.Size);

            // Embedded content is that of the old digest (image-spec, descriptor.md, data).
            values["data"] = null;
        }

        var annotations = after.Annotations.Where(pair => before.Annotations.GetValueOrDefault(pair.Key) != pair.Value)
            .ToDictionary(pair => pair.Key, pair => (byte[]?)JsonEdit.Text(pair.Value));
        if (dropAnnotations)
        {
            values["annotations"] = null;
        }
        else if (annotations.Count > 0)
        {
            values["annotations"] = JsonEdit.Set(JsonEdit.Get(raw, "annotations") is { Length: > 0 } old ? old : "{}"u8, annotations);
        }

        return values.Count == 0 ? raw.ToArray() : JsonEdit.Set(raw, values);
    }
}

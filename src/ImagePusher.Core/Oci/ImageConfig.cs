using System.Globalization;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>What an image's config says that moving it needs: its platform, the diff IDs of its layers, its date.</summary>
/// <param name="Platform">What the image runs on.</param>
/// <param name="DiffIds">The digests of the uncompressed layers, lowest first.</param>
/// <param name="Created">When the image was made; null if it does not say.</param>
/// <remarks>image-spec, config.md.</remarks>
public sealed record ImageConfig(Platform Platform, IReadOnlyList<Digest> DiffIds, DateTimeOffset? Created)
{
    /// <summary>The most bytes a config may have here: 8 MiB.</summary>
    public const int MaximumSize = 8 * 1024 * 1024;

    /// <summary>Reads a config.</summary>
    /// <exception cref="FormatException">The bytes are no image config; the message says why, without a subject.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("it is not a JSON object");
            }

            return new ImageConfig(OciJson.ReadPlatform(root), ReadDiffIds(root), ReadCreated(root));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // JsonElement throws the second for text that is no Unicode.
            throw new FormatException("it is not JSON: " + error.Message, error);
        }
    }

    private static IReadOnlyList<Digest> ReadDiffIds(JsonElement root)
    {
        if (!root.TryGetProperty("rootfs", out var rootfs) || rootfs.ValueKind != JsonValueKind.Object
            || !rootfs.TryGetProperty("diff_ids", out var ids) || ids.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return [.. ids.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String && Digest.TryParse(id.GetString(), out var digest)
            ? digest
            : throw new FormatException("one of its diff_ids is no digest"))];
    }

    private static DateTimeOffset? ReadCreated(JsonElement root) =>
        DateTimeOffset.TryParse(root.Text("created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            ? created
            : null;
}

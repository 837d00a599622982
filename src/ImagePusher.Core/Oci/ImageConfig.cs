using System.Globalization;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>The part of an image's config that copying needs: its platform, the diff IDs of its layers and its creation time.</summary>
/// <param name="Platform">The platform of the image.</param>
/// <param name="DiffIds">The digests of the uncompressed layers, base layer first.</param>
/// <param name="Created">The time at which the image was created; null if the config does not contain it.</param>
/// <remarks>image-spec, config.md.</remarks>
internal sealed record ImageConfig(Platform Platform, IReadOnlyList<Digest> DiffIds, DateTimeOffset? Created)
{
    /// <summary>The maximum size of a config in bytes: 8 MiB.</summary>
    public const int MaximumSize = 8 * 1024 * 1024;

    /// <summary>Parses a config.</summary>
    /// <param name="raw">The config's bytes.</param>
    /// <exception cref="FormatException">The bytes are not an image config; the message says why, without a subject.</exception>
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

            return new ImageConfig(OciJson.ReadPlatform(root) ?? new Platform("", ""), ReadDiffIds(root), ReadCreated(root));
        }
        catch (JsonException error)
        {
            throw new FormatException(OciJson.Describe(error), error);
        }
    }

    private static IReadOnlyList<Digest> ReadDiffIds(JsonElement root)
    {
        return root.Property("rootfs")?.Property("diff_ids") is { ValueKind: JsonValueKind.Array } ids
            ? [.. ids.EnumerateArray().Select(ReadDiffId)]
            : [];
    }

    private static Digest ReadDiffId(JsonElement id) => Digest.TryParse(id.Text(), out var digest) ? digest
        : id.Text() is { } text && Digest.AlgorithmOf(text) is { } algorithm ? throw new UnsupportedAlgorithmException(text, algorithm)
        : throw new FormatException("one of its diff_ids is not a digest");

    private static DateTimeOffset? ReadCreated(JsonElement root) =>
        DateTimeOffset.TryParse(root.Text("created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            ? created
            : null;
}

using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The blobs that an archive omits because its receiver has them, and where: a file of the archive that other tools ignore. The
/// archive is a sparse layout, which image-layout.md permits.
/// </summary>
internal sealed class OmittedBlobs
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "imagepusher-omitted.json";

    private readonly Dictionary<Digest, IReadOnlyList<BlobHolder>> _blobs = [];

    /// <summary>The number of blobs.</summary>
    public int Count => _blobs.Count;

    /// <summary>True if the blob is omitted.</summary>
    public bool Contains(Digest digest) => _blobs.ContainsKey(digest);

    /// <summary>The repositories of the receiver that contain the blob.</summary>
    public IReadOnlyList<BlobHolder> HoldersOf(Digest digest) => _blobs.GetValueOrDefault(digest) ?? [];

    /// <summary>Records a blob.</summary>
    public void Add(Digest digest, IEnumerable<BlobHolder> holders) => _blobs[digest] = [.. holders.Take(Limits.BlobHolders)];

    /// <summary>The content of the file.</summary>
    public byte[] Write() => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 1);
        writer.WriteStartArray("blobs");
        foreach (var (digest, holders) in _blobs.OrderBy(blob => blob.Key.ToString(), StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("digest", digest.ToString());
            writer.WriteStartArray("holders");
            foreach (var holder in holders)
            {
                writer.WriteStartObject();
                writer.WriteString("repository", holder.Repository);
                writer.WriteString("digest", holder.Image.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Reads the file; entries that cannot be read are skipped.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static OmittedBlobs Parse(ReadOnlyMemory<byte> content)
    {
        var omitted = new OmittedBlobs();
        using var document = JsonDocument.Parse(content);
        foreach (var blob in OciJson.Objects(document.RootElement, "blobs"))
        {
            if (Digest.TryParse(blob.Text("digest"), out var digest))
            {
                omitted.Add(digest, OciJson.Objects(blob, "holders").Select(ReadHolder).OfType<BlobHolder>());
            }
        }

        return omitted;
    }

    private static BlobHolder? ReadHolder(JsonElement holder) =>
        holder.Text("repository") is { } repository
        && Digest.TryParse(holder.Text("digest"), out var image) ? new BlobHolder(repository, image) : null;
}

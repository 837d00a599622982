using System.Globalization;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.State;

/// <summary>The versions of files that were hashed: one small file for each.</summary>
internal sealed class VerifiedFileStore(TransferState state, StateFolder folder) : IVerifiedFiles
{
    /// <summary>The time for which a verification is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public bool Contains(FileVersion file) =>
        state.Try(() => StateJson.Read(folder.Read(NameOf(file.Path)), element => Read(file.Path, element))) == file;

    public void Add(FileVersion file)
    {
        var content = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("digest", file.Digest.ToString());
            writer.WriteNumber("size", file.Size);
            writer.WriteString("modified", file.Modified.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("changed", file.Changed.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteNumber("id", file.Id);
            writer.WriteEndObject();
        });
        state.Try(() => folder.Write(NameOf(file.Path), content));
    }

    public void Remove(string path) => state.Try(() => folder.Delete(NameOf(path)));

    public void RemoveOld(DateTimeOffset now) => state.Try(() => folder.DeleteOlder(now - Lifetime));

    private static FileVersion Read(string path, JsonElement element) =>
        Digest.TryParse(element.Text("digest"), out var digest)
        && element.Property("size") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out var bytes)
        && element.Property("id") is { ValueKind: JsonValueKind.Number } id && id.TryGetUInt64(out var inode)
        && Time(element, "modified") is { } modified && Time(element, "changed") is { } changed
            ? new FileVersion(path, digest, bytes, modified, changed, inode)
            : throw new FormatException("The document is not the version of a file.");

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;

    private static string NameOf(string path) => Digest.Of(Encoding.UTF8.GetBytes(path)).Encoded;
}

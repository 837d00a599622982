using System.Globalization;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.State;

/// <summary>The unfinished uploads in registries: a file each, for the current user alone, since a Location may contain a secret.</summary>
internal sealed class UploadJournal(TransferState state, StateFolder folder, TimeProvider clock) : IUploadJournal
{
    /// <summary>The time for which an upload is kept; registries also discard uploads after some time.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) => new(state.Try(() =>
    {
        var session = StateJson.Read(folder.Read(NameOf(key)), ReadSession);
        if (session is null || (session.Key == key && clock.GetUtcNow() - session.Updated < Lifetime))
        {
            return session;
        }

        folder.Delete(NameOf(key));
        return null;
    }));

    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var content = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("key", session.Key);
            writer.WriteString("location", session.Location);
            writer.WriteNumber("offset", session.Offset);
            writer.WriteNumber("chunkSize", session.ChunkSize);
            writer.WriteString("updated", session.Updated.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        });
        state.Try(() => folder.Write(NameOf(session.Key), content));
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        state.Try(() => folder.Delete(NameOf(key)));
        return ValueTask.CompletedTask;
    }

    public void RemoveOld(DateTimeOffset now) => state.Try(() => folder.DeleteOlder(now - Lifetime));

    private static UploadSession ReadSession(JsonElement element) =>
        element.Text("key") is { } key && element.Text("location") is { } location
        && element.Property("offset") is { ValueKind: JsonValueKind.Number } offset && offset.TryGetInt64(out var bytes) && bytes >= 0
        && element.Property("chunkSize") is { ValueKind: JsonValueKind.Number } chunk
        && chunk.TryGetInt32(out var chunkSize) && chunkSize >= 0
        && DateTimeOffset.TryParse(element.Text("updated"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var updated)
            ? new UploadSession(key, location, bytes, chunkSize, updated)
            : throw new FormatException("The document is not an upload session.");

    private static string NameOf(string key) => Digest.Of(Encoding.UTF8.GetBytes(key)).Encoded;
}

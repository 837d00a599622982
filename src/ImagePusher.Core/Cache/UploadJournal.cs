using System.Globalization;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The uploads that are under way in registries, a file each, for its owner alone: a Location may hold a secret. What is
/// older than a day is gone.
/// </summary>
internal sealed class UploadJournal(CacheLayout layout, CacheLock cacheLock, CacheOptions options) : IUploadJournal
{
    /// <summary>How long an upload is kept; registries forget theirs after a while too.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public async ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var session = StateFile.Read(path, ReadSession);
        if (session is not null && session.Key == key && options.TimeProvider.GetUtcNow() - session.Updated < Lifetime)
        {
            return session;
        }

        if (session is not null)
        {
            await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    public async ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken)
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
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        StateFile.Write(PathOf(session.Key), content, isSecret: true);
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
            StateFile.Delete(path);
        }
    }

    /// <summary>Removes what is too old. Called under the lock.</summary>
    public void RemoveOld()
    {
        if (!Directory.Exists(layout.UploadFolder))
        {
            return;
        }

        var limit = (options.TimeProvider.GetUtcNow() - Lifetime).UtcDateTime;
        foreach (var file in Directory.EnumerateFiles(layout.UploadFolder).Where(file => File.GetLastWriteTimeUtc(file) < limit))
        {
            StateFile.Delete(file);
        }
    }

    private static UploadSession ReadSession(JsonElement element) =>
        element.Text("key") is { } key && element.Text("location") is { } location
        && element.TryGetProperty("offset", out var offset) && offset.TryGetInt64(out var bytes) && bytes >= 0
        && element.TryGetProperty("chunkSize", out var chunk) && chunk.TryGetInt32(out var chunkSize) && chunkSize >= 0
        && DateTimeOffset.TryParse(element.Text("updated"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var updated)
            ? new UploadSession(key, location, bytes, chunkSize, updated)
            : throw new FormatException("it is no upload session");

    private string PathOf(string key) => Path.Combine(layout.UploadFolder, Digest.Of(System.Text.Encoding.UTF8.GetBytes(key)).Encoded);
}

using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Empties a cache, also one whose index.json is damaged.</summary>
internal sealed class CacheReset(CachePaths paths, CacheLock cacheLock, CacheIndex index, GarbageCollector collector)
{
    public async Task<GarbageReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(paths.Root))
        {
            return new GarbageReport(0, 0, 0, 0, false);
        }

        using (var held = await cacheLock.AcquireAsync(cancellationToken, startOver: true).ConfigureAwait(false))
        {
            held.Guard.RequireOwnBlobs(paths);
            index.Replace(CreateEmptied(), held.Guard.Permissions);
        }

        // From here on another process may add an image: its blobs are kept.
        return await collector.CollectAsync(TimeSpan.FromDays(-1), dryRun: false, cancellationToken).ConfigureAwait(false);
    }

    private IndexSnapshot CreateEmptied()
    {
        try
        {
            var current = index.Read();
            if (!current.Index.HasManifests && current.Index.HasOtherFields)
            {
                throw NotAnIndex();
            }

            var draft = new IndexDraft(current);
            draft.Clear();
            return draft.ToSnapshot();
        }
        catch (CacheCorruptException) when (IsDamagedIndex())
        {
            return IndexSnapshot.Empty;
        }
        catch (CacheCorruptException error)
        {
            throw NotAnIndex(error);
        }
    }

    // An index that was cut or overwritten begins as one, or is empty; everything else is somebody's file of the same name.
    private bool IsDamagedIndex() => LayoutErrors.Guard(paths.IndexFile, () =>
    {
        if (FileStatus.Of(paths.IndexFile) is not { Kind: FileKind.Regular } file)
        {
            return false;
        }

        using var handle = RegularFile.OpenRead(paths.IndexFile, followLinks: false);
        var head = new byte[Math.Min(file.Size, 4096)];
        var text = head.AsSpan(0, RandomAccess.Read(handle, head, 0)).Trim(" \t\r\n\0"u8);
        return text.IsEmpty || (text[0] == '{' && IsIncomplete(text));
    });

    // An index that is too large to read is damaged too, whatever its first bytes are.
    private static bool IsIncomplete(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.IsText("manifests"u8))
                {
                    return true;
                }

                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.EndObject)
                {
                    return false;
                }
            }
        }
        catch (JsonException)
        {
            return true;
        }

        return true;
    }

    private InvalidOptionException NotAnIndex(Exception? inner = null) => new(
        $"'{paths.IndexFile}' is not an OCI index, so the cache was not cleared.",
        "Move the file to another folder if it does not belong to the cache, then try again.",
        inner);
}

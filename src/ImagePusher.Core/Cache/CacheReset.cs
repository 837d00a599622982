namespace ImagePusher.Core.Cache;

/// <summary>Empties a cache, also one whose index.json can't be read.</summary>
internal sealed class CacheReset(CacheLayout layout, CacheLock cacheLock, CacheIndex index, GarbageCollector collector)
{
    public async Task<GarbageReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Root))
        {
            return new GarbageReport(0, 0, 0, 0, false);
        }

        using (await cacheLock.AcquireAsync(cancellationToken, startOver: true).ConfigureAwait(false))
        {
            index.Replace(Emptied());
        }

        // Another process may name an image from here on: what it names stays.
        var report = await collector.CollectAsync(TimeSpan.FromDays(-1), whatIf: false, cancellationToken).ConfigureAwait(false);
        using (await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var folder in new[] { layout.EncodingFolder, layout.UploadFolder }.Where(Directory.Exists))
            {
                foreach (var file in Directory.EnumerateFiles(folder))
                {
                    StateFile.Delete(file);
                }
            }
        }

        return report;
    }

    private IndexSnapshot Emptied()
    {
        try
        {
            var draft = new IndexDraft(index.Read());
            draft.Clear();
            return draft.ToSnapshot();
        }
        catch (CacheCorruptException)
        {
            return IndexSnapshot.Empty;
        }
    }
}

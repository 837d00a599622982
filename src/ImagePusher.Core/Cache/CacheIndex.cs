using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The cache's index.json. Reading needs no lock, because the file is replaced as a whole; changes that wait at the same
/// time are made together, by one write under the lock.
/// </summary>
internal sealed class CacheIndex(CacheLayout layout, CacheLock cacheLock, CacheOptions options)
{
    // A file that was written this short before it was read may be written again within the same tick of its time stamp.
    private static readonly TimeSpan StampTick = TimeSpan.FromSeconds(3);

    // Half a million images; what is larger is no list of images, and would take the memory of the whole machine.
    private const int MaximumLength = 256 * 1024 * 1024;

    private readonly ConcurrentQueue<IndexChange> _waiting = new();
    private readonly SpaceReserve _reserve = new(layout);
    private Known _known = new(IndexSnapshot.Empty, null);
    private int _isWriting;

    /// <summary>The index as it is now; empty for a cache that does not exist yet.</summary>
    /// <exception cref="CacheCorruptException">The file is damaged.</exception>
    public IndexSnapshot Read()
    {
        var stamp = Stamp.Of(layout.IndexFile);
        var known = Volatile.Read(ref _known);
        return stamp is not null && stamp == known.Stamp ? known.Snapshot : ReadFile(stamp);
    }

    /// <summary>Changes the index; the task ends when the change is on the disk.</summary>
    /// <param name="change">The change, made under the lock. It says what the task returns, and throws before it changes anything.</param>
    /// <param name="cancellationToken">Takes the change back if it was not begun.</param>
    public async Task<bool> ChangeAsync(Func<IndexDraft, bool> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new IndexChange(change);
        _waiting.Enqueue(waiting);
        if (Interlocked.Exchange(ref _isWriting, 1) == 0)
        {
            _ = Task.Run(WriteWaitingAsync, CancellationToken.None);
        }

        try
        {
            return await waiting.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!waiting.Done.IsCompleted && !waiting.TryCancel())
        {
            return await waiting.Done.ConfigureAwait(false);
        }
    }

    private async Task WriteWaitingAsync()
    {
        do
        {
            try
            {
                while (!_waiting.IsEmpty)
                {
                    await WriteBatchAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                Volatile.Write(ref _isWriting, 0);
            }
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _isWriting, 1) == 0);
    }

    private async Task WriteBatchAsync()
    {
        var batch = new List<IndexChange>();
        Exception failure = new InvalidOperationException("The index was not written.");
        try
        {
            using var held = await cacheLock.AcquireAsync(CancellationToken.None).ConfigureAwait(false);
            TakeWaiting(batch);
            Write(batch);
        }
        catch (ImagePusherException error)
        {
            failure = error;
            TakeWaiting(batch);
        }
        finally
        {
            // Whoever waits must not wait for ever: what is not done by now has failed.
            batch.ForEach(change => change.Fail(failure));
        }
    }

    private void TakeWaiting(List<IndexChange> batch)
    {
        while (_waiting.TryDequeue(out var change))
        {
            batch.Add(change);
        }
    }

    private void Write(List<IndexChange> batch)
    {
        var draft = new IndexDraft(ReadFile(Stamp.Of(layout.IndexFile)));
        var made = batch.Where(change => change.TryApply(draft)).ToList();
        if (draft.IsChanged)
        {
            Replace(draft.ToSnapshot());
        }

        made.ForEach(change => change.Succeed());
    }

    /// <summary>Puts another index in place. Called under the lock. On a full disk one that is no longer is still taken.</summary>
    public void Replace(IndexSnapshot next)
    {
        try
        {
            Publish(next);
        }
        catch (InsufficientSpaceException) when (next.Raw.Length <= new FileInfo(layout.IndexFile).Length && _reserve.Release())
        {
            Publish(next);
        }

        Volatile.Write(ref _known, new Known(next, null));
        _reserve.Fill(next.Raw.Length);
    }

    // The blobs' names are on the disk before those of the images that need them, and the images' before anybody is told.
    private void Publish(IndexSnapshot next) => CacheErrors.Guard(layout.IndexFile, () =>
    {
        layout.FlushBlobFolders();
        CacheLayout.Publish(layout.NewIndexFile, layout.IndexFile, next.Raw.Span);
        FolderFlush.Of(layout.Root);
    });

    private IndexSnapshot ReadFile(Stamp? stamp)
    {
        var latest = Volatile.Read(ref _known).Snapshot;
        var next = CacheErrors.Guard(layout.IndexFile, () => ReadIfOther(latest));
        var isSettled = stamp is not null && options.TimeProvider.GetUtcNow() - stamp.Written > StampTick;
        Volatile.Write(ref _known, new Known(next, isSettled ? stamp : null));
        return next;
    }

    private IndexSnapshot ReadIfOther(IndexSnapshot latest)
    {
        if (!File.Exists(layout.IndexFile))
        {
            layout.ThrowIfFile();
            layout.ThrowIfIndexIsLost();
            return IndexSnapshot.Empty;
        }

        using var file = File.OpenHandle(layout.IndexFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        if (length > MaximumLength)
        {
            throw CacheErrors.BrokenIndex(layout.IndexFile, $"it has {length} bytes, and may have {MaximumLength}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var count = 0;
            for (int read; count < length && (read = RandomAccess.Read(file, buffer.AsSpan(count, (int)length - count), count)) > 0; count += read)
            {
            }

            return latest.Raw.Span.SequenceEqual(buffer.AsSpan(0, count)) ? latest : Parse(buffer[..count]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private IndexSnapshot Parse(byte[] raw)
    {
        try
        {
            return IndexSnapshot.Parse(raw);
        }
        catch (JsonException error)
        {
            throw CacheErrors.BrokenIndex(layout.IndexFile, "it is not JSON: " + error.Message.TrimEnd('.'), error);
        }
        catch (FormatException error)
        {
            throw CacheErrors.BrokenIndex(layout.IndexFile, error.Message, error);
        }
    }

    private sealed record Known(IndexSnapshot Snapshot, Stamp? Stamp);

    private sealed record Stamp(DateTimeOffset Written, long Size)
    {
        public static Stamp? Of(string path)
        {
            // A link is as it was, whatever becomes of what it leads to.
            var file = new FileInfo(path);
            return file.Exists && file.LinkTarget is null ? new Stamp(file.LastWriteTimeUtc, file.Length) : null;
        }
    }
}

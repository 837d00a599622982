using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The cache's index.json. Reading needs no lock, because the file is replaced as a whole. Changes that are pending at the
/// same time are written together, by one write under the lock.
/// </summary>
internal sealed class CacheIndex(CachePaths paths, CacheInitializer initializer, CacheLock cacheLock, CacheOptions options)
{
    /// <summary>The maximum number of bytes that index.json may have: about half a million images.</summary>
    public const int MaximumLength = 256 * 1024 * 1024;

    // A file that was written shortly before it was read can be written again within the resolution of its timestamp.
    private static readonly TimeSpan StampResolution = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<IndexChange> _waiting = new();
    private readonly SpaceReserve _reserve = new(paths);
    private Known _known = new(IndexSnapshot.Empty, null);
    private int _isWriting;

    /// <summary>The current index; empty for a cache that does not exist yet.</summary>
    /// <exception cref="CacheCorruptException">The file is damaged.</exception>
    /// <exception cref="InvalidOptionException">The folder is something else than a cache.</exception>
    public IndexSnapshot Read()
    {
        var stamp = IndexStamp.Of(paths.IndexFile);
        var known = Volatile.Read(ref _known);
        return stamp is not null && stamp == known.Stamp ? known.Snapshot : ReadFile(stamp);
    }

    /// <summary>Changes the index; the task completes when the change is on the disk.</summary>
    /// <param name="change">
    /// The change, applied under the lock. It returns the task's result, and throws before it changes anything.
    /// </param>
    /// <param name="cancellationToken">Cancels the change if it has not started.</param>
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
            return await waiting.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!waiting.Completion.IsCompleted && !waiting.TryCancel())
        {
            return await waiting.Completion.ConfigureAwait(false);
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
            Write(batch, held.Guard.Permissions);
        }
        catch (ImagePusherException error)
        {
            failure = error;
            TakeWaiting(batch);
        }
        finally
        {
            // Every caller gets a result: a change that has not succeeded by now has failed.
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

    private void Write(List<IndexChange> batch, FilePermissions permissions)
    {
        var draft = new IndexDraft(ReadFile(IndexStamp.Of(paths.IndexFile)));
        var applied = batch.Where(change => change.TryApply(draft)).ToList();
        if (draft.IsChanged)
        {
            Replace(draft.ToSnapshot(), permissions);
        }

        applied.ForEach(change => change.Succeed());
    }

    /// <summary>Writes another index. Called under the lock. On a full disk an index that is not longer can still be written.</summary>
    public void Replace(IndexSnapshot next, FilePermissions permissions)
    {
        try
        {
            Publish(next, permissions);
        }
        catch (InsufficientSpaceException) when (next.Raw.Length <= new FileInfo(paths.IndexFile).Length && _reserve.Release())
        {
            Publish(next, permissions);
        }

        Volatile.Write(ref _known, new Known(next, null));
        _reserve.Fill(next.Raw.Length, permissions);
    }

    // The names of blobs are on the disk before those of the images that need them, and both before the caller continues.
    private void Publish(IndexSnapshot next, FilePermissions permissions) => LayoutErrors.Guard(paths.IndexFile, () =>
    {
        foreach (var folder in paths.AlgorithmFolders.Where(Directory.Exists))
        {
            FolderFlush.Of(folder);
        }

        paths.Write(paths.IndexFile, next.Raw.Span, permissions);
        FolderFlush.Of(paths.Root);
    });

    private IndexSnapshot ReadFile(IndexStamp? stamp)
    {
        var latest = Volatile.Read(ref _known).Snapshot;
        var next = LayoutErrors.Guard(paths.IndexFile, () => ReadIfOther(latest));
        var isSettled = stamp is not null && options.TimeProvider.GetUtcNow() - stamp.Written > StampResolution;
        Volatile.Write(ref _known, new Known(next, isSettled ? stamp : null));
        return next;
    }

    private IndexSnapshot ReadIfOther(IndexSnapshot latest)
    {
        if (!new LayoutGuard(paths.Root).RequireOwner(paths.IndexFile))
        {
            if (OperatingSystem.IsWindows() && initializer.FindsIndex())
            {
                return ReadIfOther(latest);
            }

            initializer.ThrowIfFile();
            initializer.ThrowIfIndexIsLost();
            initializer.ThrowUnlessUsable();
            return IndexSnapshot.Empty;
        }

        using var file = RegularFile.OpenRead(paths.IndexFile);
        var length = RandomAccess.GetLength(file);
        if (length > MaximumLength)
        {
            throw LayoutErrors.BrokenIndex(paths.IndexFile, $"it has {length} bytes, more than the limit of {MaximumLength}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var count = 0;
            for (int read; count < length
                && (read = RandomAccess.Read(file, buffer.AsSpan(count, (int)length - count), count)) > 0; count += read)
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
            return new IndexSnapshot(LayoutIndex.Parse(raw));
        }
        catch (JsonException error)
        {
            throw LayoutErrors.BrokenIndex(paths.IndexFile, OciJson.Describe(error), error);
        }
        catch (FormatException error)
        {
            throw LayoutErrors.BrokenIndex(paths.IndexFile, error.Message, error);
        }
    }

    private sealed record Known(IndexSnapshot Snapshot, IndexStamp? Stamp);
}

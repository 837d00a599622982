using System.Security.Cryptography;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Uploads;

/// <summary>
/// A blob that arrives in one or more requests, one at a time: a partial file in the cache and the hash of its content. What
/// arrived before a connection broke is kept.
/// </summary>
internal sealed class ReceivedUpload(BlobStore blobs, string repository, HashAlgorithmName hash, TimeProvider clock)
{
    private readonly UploadLock _lock = new();
    private IncrementalHash? _hash;
    private HashAlgorithmName _algorithm = hash;
    private long _received;
    private long _lastUsed = clock.GetTimestamp();
    private volatile bool _isClosed;

    public Guid Id { get; } = Guid.NewGuid();

    public string Repository { get; } = repository;

    /// <summary>The number of bytes that have arrived; current while a request is sending more.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>True when the blob was published or discarded.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>The time since its last use.</summary>
    public TimeSpan IdleTime => clock.GetElapsedTime(Interlocked.Read(ref _lastUsed));

    /// <summary>
    /// Waits for exclusive use. A request that has it is aborted: its client has given up, or it would not have sent another.
    /// </summary>
    /// <exception cref="RequestRejectedException">404: it was closed in the meantime.</exception>
    public async Task<IDisposable> EnterAsync(Exchange? exchange, CancellationToken cancellationToken)
    {
        var held = await _lock.TakeAsync(exchange, cancellationToken).ConfigureAwait(false);
        Touch();
        if (_isClosed)
        {
            held.Dispose();
            throw RequestRejectedException.UnknownUpload();
        }

        return held;
    }

    /// <summary>Waits briefly for a request that has exclusive use, and may be about to notice that its client has gone.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) =>
        _lock.WaitAsync(LocalRegistryLimits.UploadHandover, clock, cancellationToken);

    /// <summary>Receives the body of a request, and publishes the blob after the last one. Requires exclusive use.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="final">The digest of the complete blob, if this is its end.</param>
    /// <param name="cancellationToken">Ends the waiting for the cache; the body is read until its exchange is aborted.</param>
    /// <returns>False if the bytes do not match the digest; they were discarded.</returns>
    /// <exception cref="RequestRejectedException">404: the partial file was lost, and the upload is closed.</exception>
    public async Task<bool> ReceiveAsync(Exchange exchange, Digest? final, CancellationToken cancellationToken)
    {
        if (final is not null && Received == 0)
        {
            _algorithm = final.HashName;
        }

        var partial = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (partial.ConfigureAwait(false))
        {
            _hash ??= IncrementalHash.CreateHash(_algorithm);
            await exchange.ReadBodyAsync(bytes => Append(partial, bytes.Span)).ConfigureAwait(false);
            return final is null || await CompleteAsync(partial, final, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Discards what arrived. Requires exclusive use.</summary>
    public async Task DiscardAsync()
    {
        Close();
        if (Received > 0)
        {
            var partial = await blobs.ContinueAsync(Id, CancellationToken.None).ConfigureAwait(false);
            await using (partial.ConfigureAwait(false))
            {
                await partial.DiscardAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<PartialBlob> OpenAsync(CancellationToken cancellationToken)
    {
        var partial = await blobs.ContinueAsync(Id, cancellationToken).ConfigureAwait(false);
        if (partial.Length == Received)
        {
            return partial;
        }

        // The garbage collection removed the file, or a full disk truncated it.
        Close();
        await using (partial.ConfigureAwait(false))
        {
            await partial.DiscardAsync().ConfigureAwait(false);
            throw RequestRejectedException.UnknownUpload();
        }
    }

    private void Append(PartialBlob partial, ReadOnlySpan<byte> bytes)
    {
        partial.Writer.Write(bytes);
        _hash!.AppendData(bytes);
        Interlocked.Add(ref _received, bytes.Length);
        Touch();
    }

    private async Task<bool> CompleteAsync(PartialBlob partial, Digest expected, CancellationToken cancellationToken)
    {
        var actual = expected.HashName == _algorithm
            ? Digest.FromHash(_algorithm, _hash!.GetCurrentHash())
            : await RehashAsync(partial, expected.HashName, cancellationToken).ConfigureAwait(false);
        if (actual == expected)
        {
            await partial.CommitAsync(new BlobIdentity(actual, Received), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await partial.DiscardAsync().ConfigureAwait(false);
        }

        Close();
        return actual == expected;
    }

    // Needed only if the algorithm of the digest was not known when the first bytes arrived.
    private static async Task<Digest> RehashAsync(PartialBlob partial, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var hash = new HashingStream(Stream.Null, algorithm);
        await using (hash.ConfigureAwait(false))
        {
            await partial.IncludeInAsync(hash, cancellationToken).ConfigureAwait(false);
            return hash.Identity.Digest;
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastUsed, clock.GetTimestamp());

    private void Close()
    {
        _isClosed = true;
        _hash?.Dispose();
        _hash = null;
    }
}

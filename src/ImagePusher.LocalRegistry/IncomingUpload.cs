using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// A blob that comes in by one or more requests, one at a time: a part in the cache and the hash of what is in it. What
/// arrived before a connection broke stays.
/// </summary>
internal sealed class IncomingUpload(BlobStore blobs, string repository, HashAlgorithmName hash, TimeProvider clock)
{
    private readonly UploadTurn _turn = new();
    private IncrementalHash? _hash;
    private HashAlgorithmName _algorithm = hash;
    private long _received;
    private long _lastUsed = clock.GetTimestamp();
    private volatile bool _isEnded;

    public Guid Id { get; } = Guid.NewGuid();

    public string Repository { get; } = repository;

    /// <summary>How many bytes have arrived; also true while more come.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>True when the blob is in place or was thrown away.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>How long nobody has used it.</summary>
    public TimeSpan IdleTime => clock.GetElapsedTime(Interlocked.Read(ref _lastUsed));

    /// <summary>
    /// Waits for the turn to use it. A request that still has it is cut off: its client has given up, or would not have sent
    /// another one.
    /// </summary>
    /// <exception cref="RefusedException">404: it ended meanwhile.</exception>
    public async Task<IDisposable> EnterAsync(Exchange? exchange, CancellationToken cancellationToken)
    {
        var turn = await _turn.TakeAsync(exchange, cancellationToken).ConfigureAwait(false);
        Touch();
        if (_isEnded)
        {
            turn.Dispose();
            throw RefusedException.UnknownUpload();
        }

        return turn;
    }

    /// <summary>Waits a moment for a request that has it, which may be just about to notice that its client is gone.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _turn.WaitAsync(TimeSpan.FromSeconds(1), clock, cancellationToken);

    /// <summary>Takes a request's body, and after the last one puts the blob in place. To be called in turn.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="final">The digest of the whole blob, if this is its end.</param>
    /// <param name="cancellationToken">Stops the waiting for the cache; the body is read until its client is cut off.</param>
    /// <returns>False if the bytes do not have the digest; if all of them came for sure, they were thrown away.</returns>
    /// <exception cref="RefusedException">404: the part was lost. The upload has ended.</exception>
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
            await exchange.ReadBodyAsync(bytes => Take(partial, bytes.Span)).ConfigureAwait(false);
            // Where a connection breaks in chunked coding the listener sees the body's end: the client may still go on.
            return final is null || await CompleteAsync(partial, final, exchange.BodyLength is not null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Throws away what arrived. To be called in turn.</summary>
    public async Task DiscardAsync()
    {
        End();
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

        // A garbage collection took the part, or a full disk cut it.
        End();
        await using (partial.ConfigureAwait(false))
        {
            await partial.DiscardAsync().ConfigureAwait(false);
            throw RefusedException.UnknownUpload();
        }
    }

    private void Take(PartialBlob partial, ReadOnlySpan<byte> bytes)
    {
        partial.Writer.Write(bytes);
        _hash!.AppendData(bytes);
        Interlocked.Add(ref _received, bytes.Length);
        Touch();
    }

    private async Task<bool> CompleteAsync(PartialBlob partial, Digest expected, bool isSurelyWhole, CancellationToken cancellationToken)
    {
        var actual = expected.HashName == _algorithm
            ? Digest.FromHash(_algorithm, _hash!.GetCurrentHash())
            : await HashAgainAsync(partial, expected.HashName, cancellationToken).ConfigureAwait(false);
        if (actual == expected)
        {
            await partial.CommitAsync(new BlobIdentity(actual, Received), cancellationToken).ConfigureAwait(false);
        }
        else if (isSurelyWhole)
        {
            await partial.DiscardAsync().ConfigureAwait(false);
        }
        else
        {
            return false;
        }

        End();
        return actual == expected;
    }

    // Only where the digest's algorithm was not known when the first bytes came.
    private static async Task<Digest> HashAgainAsync(PartialBlob partial, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var again = new HashingStream(Stream.Null, algorithm);
        await using (again.ConfigureAwait(false))
        {
            await partial.IncludeInAsync(again, cancellationToken).ConfigureAwait(false);
            return again.Identity.Digest;
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastUsed, clock.GetTimestamp());

    private void End()
    {
        _isEnded = true;
        _hash?.Dispose();
        _hash = null;
    }
}

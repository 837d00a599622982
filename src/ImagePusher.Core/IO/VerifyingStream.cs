using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>
/// Passes on the bytes of a stream and rejects them if they do not match a descriptor: more bytes than its size at once, fewer
/// bytes or another digest when the end is read. A reader that reached the end has read the right bytes.
/// </summary>
internal sealed class VerifyingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly IncrementalHash? _hash;
    private readonly Digest? _digest;
    private readonly long _size;
    private readonly string _subject;
    private long _read;
    private bool _verified;

    /// <summary>Verifies size and digest.</summary>
    /// <param name="inner">The bytes; closed with this stream.</param>
    /// <param name="expected">The expected descriptor.</param>
    /// <param name="subject">Their origin, for the message.</param>
    public VerifyingStream(Stream inner, Descriptor expected, string subject)
        : this(inner, expected.Size, expected.Digest, subject)
    {
    }

    private VerifyingStream(Stream inner, long size, Digest? digest, string subject)
    {
        (_inner, _size, _digest, _subject) = (inner, size, digest, subject);
        _hash = digest is null ? null : IncrementalHash.CreateHash(digest.HashName);
    }

    /// <inheritdoc/>
    public override long Length => _size;

    /// <inheritdoc/>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <summary>The subject of a mismatch: only a cache is notified of damage, because it can replace the content.</summary>
    public ErrorTopic Topic => _inner is IDamageReceiver ? ErrorTopic.CachedBlob : ErrorTopic.None;

    /// <summary>Verifies the number of bytes alone: for the rest of a blob whose start was read elsewhere.</summary>
    public static VerifyingStream ForLength(Stream inner, long size, string subject) => new(inner, size, null, subject);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        Advance(buffer[..count], buffer.Length);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Advance(buffer.Span[..count], buffer.Length);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Advance(ReadOnlySpan<byte> bytes, int wanted)
    {
        _read += bytes.Length;
        if (_read > _size)
        {
            throw Mismatch($"{_size} bytes", "more");
        }

        _hash?.AppendData(bytes);
        if (bytes.Length == 0 && wanted > 0 && !_verified)
        {
            Verify();
        }
    }

    private void Verify()
    {
        _verified = true;
        if (_read != _size)
        {
            throw Mismatch($"{_size} bytes", $"{_read} bytes");
        }

        if (_hash is not null && Digest.FromHash(_digest!.HashName, _hash.GetHashAndReset()) is var actual && actual != _digest)
        {
            (_inner as IDamageReceiver)?.ReportDamage();
            throw Mismatch(_digest!.ToString(), actual.ToString());
        }

        if (_hash is not null)
        {
            (_inner as IVerifiedContent)?.ReportVerified();
        }
    }

    private DigestMismatchException Mismatch(string expected, string actual) => new(_subject, expected, actual) { Topic = Topic };
}

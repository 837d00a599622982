using ImagePusher.Core.Abstractions;
using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>
/// Passes a stream's bytes on and refuses them if they are not those of a descriptor: more bytes than its size at once,
/// fewer bytes or another digest when the end is read. A reader that saw the end has seen the right bytes.
/// </summary>
public sealed class VerifyingStream : Stream
{
    private readonly Stream _inner;
    private readonly IncrementalHash? _hash;
    private readonly Digest? _digest;
    private readonly long _size;
    private readonly string _subject;
    private long _read;
    private bool _verified;

    /// <summary>Checks size and digest.</summary>
    /// <param name="inner">The bytes; closed with this stream.</param>
    /// <param name="expected">What they must be.</param>
    /// <param name="subject">Where they come from, for the message.</param>
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
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _size;

    /// <inheritdoc/>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <summary>Checks the number of bytes alone: for the rest of a blob, whose beginning passed elsewhere.</summary>
    public static VerifyingStream ForLength(Stream inner, long size, string subject) => new(inner, size, null, subject);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        Take(buffer[..count], buffer.Length);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Take(buffer.Span[..count], buffer.Length);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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

    private void Take(ReadOnlySpan<byte> bytes, int wanted)
    {
        _read += bytes.Length;
        if (_read > _size)
        {
            throw new DigestMismatchException(_subject, $"{_size} bytes", "more");
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
            throw new DigestMismatchException(_subject, $"{_size} bytes", $"{_read} bytes");
        }

        if (_hash is not null && Digest.FromHash(_digest!.HashName, _hash.GetHashAndReset()) is var actual && actual != _digest)
        {
            throw new DigestMismatchException(_subject, _digest!.ToString(), actual.ToString());
        }
    }
}

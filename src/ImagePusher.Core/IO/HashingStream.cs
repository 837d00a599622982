using ImagePusher.Core.Abstractions;
using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>Passes what is written on to another stream, and knows the digest and count of it.</summary>
/// <param name="inner">Where the bytes go; not closed with this stream.</param>
/// <param name="hash">The hash of the digest; SHA256 unless told.</param>
public sealed class HashingStream(Stream inner, HashAlgorithmName? hash = null) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(hash ?? HashAlgorithmName.SHA256);

    /// <summary>How many bytes were written.</summary>
    public long Count { get; private set; }

    /// <summary>What was written so far.</summary>
    public BlobIdentity Identity => new(Digest.FromHash(_hash.AlgorithmName, _hash.GetCurrentHash()), Count);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => Count;

    /// <inheritdoc/>
    public override long Position { get => Count; set => throw new NotSupportedException(); }

    /// <summary>Counts and hashes bytes that are in place already, without writing them.</summary>
    public void Include(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Count += bytes.Length;
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        Include(buffer);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Include(buffer.Span);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}

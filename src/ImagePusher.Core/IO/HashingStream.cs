using System.Security.Cryptography;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>Passes what is written to another stream and computes its digest and length.</summary>
/// <param name="inner">The destination; not closed with this stream.</param>
/// <param name="hash">The algorithm of the digest; SHA256 by default.</param>
internal sealed class HashingStream(Stream inner, HashAlgorithmName? hash = null) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(hash ?? HashAlgorithmName.SHA256);

    /// <summary>The number of bytes that were written.</summary>
    public long Count { get; private set; }

    /// <summary>The digest and length of the written bytes so far.</summary>
    public BlobIdentity Identity => new(Digest.FromHash(_hash.AlgorithmName, _hash.GetCurrentHash()), Count);

    /// <inheritdoc/>
    public override long Length => Count;

    /// <inheritdoc/>
    public override long Position { get => Count; set => throw new NotSupportedException(); }

    /// <summary>Counts and hashes bytes that are already at the destination, without writing them.</summary>
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
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

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

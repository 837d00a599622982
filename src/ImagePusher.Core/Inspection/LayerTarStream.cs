using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// The tar of a layer as it is passed to TarReader: every header is checked and reduced before TarReader parses it. Unlike an archive,
/// a layer is read once from its start to its end, since it comes decompressed from a stream.
/// </summary>
/// <param name="inner">The uncompressed layer; closed with the stream.</param>
/// <param name="subject">The layer, for messages.</param>
/// <remarks>See <see cref="TarHeaderFilter"/> for why headers are reduced.</remarks>
internal sealed class LayerTarStream(Stream inner, string subject) : TarHeaderFilter(ignoresContentOfLinks: true)
{
    private byte[] _ready = [];
    private int _served;
    private long _content;
    private int _padding;
    private long _position;
    private bool _isEnded;

    /// <inheritdoc/>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_served == _ready.Length && _content == 0 && _padding == 0 && !await ReadHeaderAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var count = _served < _ready.Length ? Serve(buffer.Span)
            : _content > 0 ? await ReadContentAsync(buffer, cancellationToken).ConfigureAwait(false)
            : await ReadPaddingAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ImagePusherException Damaged(string problem, Exception? inner = null) =>
        LayerErrors.Damaged(subject, problem, inner);

    /// <inheritdoc/>
    protected override ImagePusherException TooLarge(long size) => LayerErrors.Limit(
        $"An extended tar header of {subject} claims {size} bytes; at most {Limits.TarExtendedHeader} are read.");

    private static long Pad(long length) => (length + TarChecksum.BlockSize - 1) / TarChecksum.BlockSize * TarChecksum.BlockSize;

    private UnsupportedContentException Truncated() => LayerErrors.Damaged(subject, "it ends too early");

    private int Serve(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _ready.Length - _served);
        _ready.AsSpan(_served, count).CopyTo(buffer);
        _served += count;
        return count;
    }

    private async ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _content)], cancellationToken).ConfigureAwait(false);
        _content -= count;
        return count > 0 ? count : throw Truncated();
    }

    // Some writers omit the padding of the last entry.
    private async ValueTask<int> ReadPaddingAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        buffer = buffer[..Math.Min(buffer.Length, _padding)];
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            buffer.Span.Clear();
            count = buffer.Length;
        }

        _padding -= count;
        return count;
    }

    private async ValueTask<bool> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var block = new byte[TarChecksum.BlockSize];
        var count = await inner.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            // Some writers omit the two blocks at the end, and TarReader of .NET 10.0 insists on them.
            (_ready, _served) = (_isEnded ? [] : new byte[2 * TarChecksum.BlockSize], 0);
            return !_isEnded && (_isEnded = true);
        }

        if (count < block.Length)
        {
            throw Truncated();
        }

        var reduced = new byte[TarChecksum.BlockSize];
        (_ready, _served) = (reduced, 0);
        if (!block.AsSpan().ContainsAnyExcept((byte)0))
        {
            return true;
        }

        var header = Examine(block, _position);
        if (header.IsExtension)
        {
            var content = new byte[Pad(header.Size)];
            if (await inner.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
                < content.Length)
            {
                throw Truncated();
            }

            var records = AcceptExtension(block, content.AsSpan(0, (int)header.Size).ToArray(), reduced);
            content.AsSpan().Clear();
            records.CopyTo(content, 0);
            _ready = [.. reduced, .. content];
        }
        else
        {
            _content = AcceptEntry(block, header.Size, reduced);
            _padding = (int)(Pad(_content) - _content);
        }

        return true;
    }
}

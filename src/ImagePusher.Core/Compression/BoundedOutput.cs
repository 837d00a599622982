using ImagePusher.Core.IO;

namespace ImagePusher.Core.Compression;

/// <summary>Collects a compressor's output in memory up to a fixed size, and reports whether there was more.</summary>
/// <param name="destination">The memory to fill.</param>
internal sealed class BoundedOutput(Memory<byte> destination) : WriteOnlyStream
{
    private bool _isSealed;

    /// <summary>The number of bytes that were written.</summary>
    public int Count { get; private set; }

    /// <summary>True if there was more output than fits.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Discards everything that is written from now on.</summary>
    public void Seal() => _isSealed = true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isSealed || IsFull)
        {
            return;
        }

        if (buffer.Length > destination.Length - Count)
        {
            IsFull = true;
            return;
        }

        buffer.CopyTo(destination.Span[Count..]);
        Count += buffer.Length;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }
}

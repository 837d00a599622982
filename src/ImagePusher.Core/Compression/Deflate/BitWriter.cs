namespace ImagePusher.Core.Compression.Deflate;

/// <summary>Writes bits as deflate orders them: the first in the lowest bit of the first byte.</summary>
/// <param name="destination">Receives the bytes; eight more than are written must fit.</param>
internal ref struct BitWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>The complete bytes that were written.</summary>
    public int Position { get; private set; }

    /// <summary>The number of bits in <see cref="Pending"/>: at most seven.</summary>
    public int PendingBits { get; private set; }

    /// <summary>The bits of the byte that is not complete.</summary>
    public ulong Pending { get; private set; }

    /// <summary>The memory that is written to.</summary>
    public readonly Span<byte> Destination => _destination;

    /// <summary>Continues after bits that a loop wrote itself.</summary>
    public void Continue(int position, ulong pending, int pendingBits) =>
        (Position, Pending, PendingBits) = (position, pending, pendingBits);

    /// <summary>Writes up to 48 bits.</summary>
    public void Write(ulong bits, int count)
    {
        Pending |= bits << PendingBits;
        PendingBits += count;
        while (PendingBits >= 8)
        {
            _destination[Position++] = (byte)Pending;
            Pending >>= 8;
            PendingBits -= 8;
        }
    }

    /// <summary>Fills the byte with zeros.</summary>
    public void Align()
    {
        if (PendingBits > 0)
        {
            Write(0, 8 - PendingBits);
        }
    }

    /// <summary>Writes stored blocks: content as it is.</summary>
    public void Store(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        // The first header may share its byte with the end of the block before; then the rest is aligned.
        const int Maximum = 65535;
        while (!content.IsEmpty)
        {
            var part = content[..Math.Min(content.Length, Maximum)];
            Write(0, 3);
            Align();
            Write((uint)part.Length | ((uint)(ushort)~part.Length << 16), 32);
            part.CopyTo(_destination[Position..]);
            Position += part.Length;
            content = content[part.Length..];
        }
    }

    /// <summary>Writes an empty stored block, which ends on a byte boundary, like a sync flush of zlib.</summary>
    public void Flush()
    {
        Write(0, 3);
        Align();
        Write(0xffff0000, 32);
    }
}

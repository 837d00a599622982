using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// Selects the first match of at least six bytes, and skips more positions the longer it finds none: faster than
/// <see cref="MapMatcher"/>, and the result is larger.
/// </summary>
internal sealed class SkippingMatcher : Matcher
{
    private const int HashBits = 14;
    private const int HashedBytes = 6;

    // After 16 literals every second position is looked at, after 32 every third.
    private const int SkipBits = 4;

    // Literals are added at least this often, so that the buffer has room for them.
    private const int LongestRun = 2048;

    private readonly ushort[] _latest = new ushort[1 << HashBits];

    public override void Clear() => Array.Clear(_latest);

    public override void Learn(ReadOnlySpan<byte> bytes, int start, int end)
    {
        Span<ushort> latest = _latest;
        for (var i = start; i < end; i++)
        {
            RawAccess.At(latest, Hash(RawAccess.Read64(bytes, i))) = (ushort)i;
        }
    }

    public override int Fill(ReadOnlySpan<byte> bytes, int first, int position, int end, TokenBuffer tokens)
    {
        Span<ushort> latest = _latest;
        var distanceTable = Token.DistanceTable;
        nint literals = position;
        nint next = Math.Max(position, first + 1);
        nint searchEnd = end - sizeof(ulong);
        while (!tokens.IsFull && next < searchEnd)
        {
            var value = RawAccess.Read64(bytes, next);
            ref var entry = ref RawAccess.At(latest, Hash(value));
            var distance = (next - 1 - entry) & (DeflateSymbols.Window - 1);
            entry = (ushort)next;

            // A candidate before the content becomes one that is equal only in a run of one byte, which is right too.
            distance = next - 1 - distance < first ? 0 : distance;
            var difference = RawAccess.Read64(bytes, next - 1 - distance) ^ value;
            if (difference << (64 - (8 * HashedBytes)) != 0)
            {
                next += 1 + ((next - literals) >> SkipBits);
                if (next - literals > LongestRun)
                {
                    tokens.AddLiterals(bytes[(int)literals..(int)Math.Min(next, end)]);
                    literals = Math.Min(next, end);
                }

                continue;
            }

            nint length = BitOperations.TrailingZeroCount(difference) >> 3;
            if (length == sizeof(ulong))
            {
                length += Equal(bytes, next + length, next + length - 1 - distance, end);
            }

            // Skipped bytes may belong to the match.
            while (next > literals && next - 1 - distance > first
                && RawAccess.Byte(bytes, next - 1) == RawAccess.Byte(bytes, next - 2 - distance))
            {
                next--;
                length++;
            }

            length = Math.Min(length, end - next);
            tokens.AddMatch(bytes, literals, next - literals, length, Token.OfDistance(distanceTable, distance));
            next += length;
            literals = next;
            RawAccess.At(latest, Hash(RawAccess.Read64(bytes, next - 2))) = (ushort)(next - 2);
        }

        if (!tokens.IsFull)
        {
            tokens.AddLiterals(bytes[(int)literals..end]);
            return end;
        }

        return (int)literals;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Hash(ulong value) => (nint)((value << (64 - (8 * HashedBytes))) * 0x9e3779b185ebca87ul >> (64 - HashBits));
}

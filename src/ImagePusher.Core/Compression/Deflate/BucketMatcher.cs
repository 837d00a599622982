using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// Compares several candidates at each position: the latest two with the same eight bytes, then the latest four with the same four. Each
/// bucket of the hash tables is one number, into which positions are shifted. Slower than <see cref="MapMatcher"/>, and the result is
/// smaller.
/// </summary>
internal sealed class BucketMatcher : Matcher
{
    private const int HashBits = 14;
    private const int LongCandidates = 2;
    private const int ShortCandidates = 4;
    private const int PositionBits = 16;

    // A match of this length is taken without looking for a longer one at the next position, or among short candidates.
    private const int GoodLength = 32;

    // The first candidate of this length is taken.
    private const int NiceLength = 64;

    // Four bytes that are farther away take more bits as a match than as literals.
    private const int FarForShortest = 8192;

    // Literals are added at least this often, so that the buffer has room for them.
    private const int LongestRun = 2048;

    private readonly ulong[] _short = new ulong[1 << HashBits];
    private readonly uint[] _long = new uint[1 << HashBits];

    public override int BlockTokens => SmallestBlock;

    public override void Clear()
    {
        Array.Clear(_short);
        Array.Clear(_long);
    }

    public override void Learn(ReadOnlySpan<byte> bytes, int start, int end) => Insert(bytes, start, end);

    public override int Fill(ReadOnlySpan<byte> bytes, int first, int position, int end, TokenBuffer tokens)
    {
        var distanceTable = Token.DistanceTable;
        nint literals = position;
        nint next = position;
        nint searchEnd = end - sizeof(ulong);
        while (!tokens.IsFull && next < searchEnd)
        {
            var match = Search(bytes, first, next, end);
            if (match.Length == 0)
            {
                next++;
                if (next - literals >= LongestRun)
                {
                    tokens.AddLiterals(bytes[(int)literals..(int)next]);
                    literals = next;
                }

                continue;
            }

            // Each position may be better than the one before, by more than the literal that it costs.
            var searched = next + 1;
            while (match.Length < GoodLength && searched < searchEnd)
            {
                var later = Search(bytes, first, searched++, end);
                if (later.Length == 0 || later.Gain - 4 <= match.Gain)
                {
                    break;
                }

                next = searched - 1;
                match = later;
            }

            var length = Math.Min(match.Length, end - next);
            tokens.AddMatch(bytes, literals, next - literals, length, Token.OfDistance(distanceTable, match.Distance));
            next += length;
            literals = next;
            Insert(bytes, searched, next);
        }

        if (!tokens.IsFull)
        {
            tokens.AddLiterals(bytes[(int)literals..end]);
            return end;
        }

        return (int)literals;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint HashShort(ulong value) => (nint)((uint)value * 2654435761u >> (32 - HashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint HashLong(ulong value) => (nint)(value * 0x9e3779b185ebca87ul >> (64 - HashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint DistanceTo(nint position, uint candidate) =>
        (position - 1 - (nint)(candidate & 0xffff)) & (DeflateSymbols.Window - 1);

    // Records positions that are not searched.
    private void Insert(ReadOnlySpan<byte> bytes, nint start, nint end)
    {
        Span<ulong> shorts = _short;
        Span<uint> longs = _long;
        for (var i = start; i < end; i++)
        {
            var value = RawAccess.Read64(bytes, i);
            ref var four = ref RawAccess.At(shorts, HashShort(value));
            ref var eight = ref RawAccess.At(longs, HashLong(value));
            four = (four << PositionBits) | (ushort)i;
            eight = (eight << PositionBits) | (ushort)i;
        }
    }

    // The longest match at a position, of equally long ones the nearest; the position is recorded.
    private Match Search(ReadOnlySpan<byte> bytes, int first, nint position, int end)
    {
        var value = RawAccess.Read64(bytes, position);
        ref var four = ref RawAccess.At<ulong>(_short, HashShort(value));
        ref var eight = ref RawAccess.At<uint>(_long, HashLong(value));
        var (shorts, longs) = (four, eight);
        four = (four << PositionBits) | (ushort)position;
        eight = (eight << PositionBits) | (ushort)position;

        var best = new Match(0, 0);
        for (var i = 0; i < LongCandidates && best.Length < NiceLength; i++, longs >>= PositionBits)
        {
            var distance = DistanceTo(position, longs);
            var candidate = position - 1 - distance;
            if (candidate >= first && RawAccess.Read64(bytes, candidate) == value)
            {
                best = best.OrLonger(LongLength(bytes, position, candidate, end), distance);
            }
        }

        if (best.Length >= GoodLength)
        {
            return best;
        }

        for (var i = 0; i < ShortCandidates; i++, shorts >>= PositionBits)
        {
            var distance = DistanceTo(position, (uint)shorts);
            var candidate = position - 1 - distance;
            if (candidate < first)
            {
                continue;
            }

            var difference = RawAccess.Read64(bytes, candidate) ^ value;
            if ((uint)difference == 0)
            {
                nint length = BitOperations.TrailingZeroCount(difference) >> 3;
                best = best.OrLonger(length < sizeof(ulong) ? length : LongLength(bytes, position, candidate, end), distance);
            }
        }

        return best.Length == DeflateSymbols.MinimumMatch && best.Distance > FarForShortest ? default : best;
    }

    // The length of a match whose first eight bytes are known to be equal.
    private static nint LongLength(ReadOnlySpan<byte> bytes, nint position, nint candidate, int end)
    {
        var length = sizeof(ulong) + RawAccess.EqualBytes(bytes, position + sizeof(ulong), candidate + sizeof(ulong));
        return length < sizeof(ulong) + RawAccess.Compared ? length : length + Equal(bytes, position + length, candidate + length, end);
    }

    private readonly record struct Match(nint Length, nint Distance)
    {
        // In quarters of a byte: the length of the match minus the extra bits of its distance.
        public int Gain => (4 * (int)Length) - BitOperations.Log2((uint)Distance + 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Match OrLonger(nint length, nint distance) => length > Length ? new Match(length, distance) : this;
    }
}

using System.Numerics;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>Chooses matches from a <see cref="CandidateMap"/>: the first one, or the one a byte later if that is longer.</summary>
internal sealed class MapMatcher : Matcher
{
    // Of positions within a long match, only the last are recorded.
    private const int Remembered = 32;

    // The end of the next run of literals is read from this number of bits.
    private const int RunBits = 56;
    private const int ShortRun = 4;

    private readonly CandidateMap _map = new();

    public override void Clear() => _map.Clear();

    public override void Learn(ReadOnlySpan<byte> bytes, int start, int end) => _map.Learn(bytes, start, end);

    public override int Fill(ReadOnlySpan<byte> bytes, int first, int position, int end, TokenBuffer tokens)
    {
        var start = position;
        while (start < end && !tokens.IsFull)
        {
            var count = Math.Min(CandidateMap.Chunk, (end - start + 63) & ~63);
            _map.Find(bytes, first, start, count);
            position = Parse(bytes, start, position, Math.Min(start + count, end - DeflateSymbols.MinimumMatch), end, tokens);
            start = Math.Max(start + count, position - Remembered);
        }

        if (start >= end)
        {
            tokens.AddLiterals(bytes[position..end]);
            position = end;
        }

        return position;
    }

    // From a position to the end of a chunk, or of the last match that begins in it.
    private int Parse(ReadOnlySpan<byte> bytes, int start, nint position, int chunkEnd, int end, TokenBuffer buffer)
    {
        var distances = _map.Distances;
        var lengths = _map.Lengths;
        var matches = _map.Matches;
        var distanceTable = Token.DistanceTable;
        var tokens = buffer.Items;
        nint count = buffer.Count;
        while (position < chunkEnd)
        {
            var index = position - start;
            var bits = RawAccess.Read64(matches, index >> 3) >> (int)(index & 7);
            nint run = BitOperations.TrailingZeroCount(bits | (1ul << RunBits));
            if (position + run >= chunkEnd)
            {
                buffer.Count = (int)count;
                buffer.AddLiterals(bytes[(int)position..chunkEnd]);
                return chunkEnd;
            }

            index += run;
            if (run > ShortRun)
            {
                var remaining = run == RunBits ? 0 : ShortRun;
                for (; run > remaining; run -= 4, position += 4, count += 2)
                {
                    TokenBuffer.AddFour(tokens, count, RawAccess.Read32(bytes, position));
                }

                if (remaining == 0)
                {
                    continue;
                }
            }

            // -1 if the match of the next position is longer; it costs one more literal.
            nint length = RawAccess.Byte(lengths, index);
            nint next = RawAccess.Byte(lengths, index + 1);
            var isLater = (length - next) >> 63;
            length += (next - length) & isLater;
            index -= isLater;
            run -= isLater;

            // Up to five literals without a branch: the last token is overwritten by the match if the run is even.
            TokenBuffer.AddFour(tokens, count, RawAccess.Read32(bytes, position));
            RawAccess.At(tokens, count + (run >> 1)) = Token.OfLiteral(RawAccess.Byte(bytes, position + (run & ~1)));
            count += (run + 1) >> 1;
            position += run;

            nint distance = RawAccess.At(distances, index);
            var token = Token.OfDistance(distanceTable, distance);
            if (length == CandidateMap.LongestLength)
            {
                length += RawAccess.EqualBytes(bytes, position + length, position + length - 1 - distance);
                if (length == CandidateMap.LongestLength + RawAccess.Compared)
                {
                    length += Equal(bytes, position + length, position + length - 1 - distance, end);
                    length = Math.Min(length, end - position);
                    buffer.Count = (int)count;
                    buffer.AddLongMatch((int)length, token);
                    count = buffer.Count;
                    position += length;
                    continue;
                }
            }

            if (position + length > end)
            {
                length = end - position;
            }

            RawAccess.At(tokens, count++) = Token.OfLength(length) | token;
            position += length;
        }

        buffer.Count = (int)count;
        return (int)position;
    }
}

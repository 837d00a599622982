using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// Finds for each position of a chunk the latest earlier position with the same hash of four bytes, and how many of eight bytes are
/// equal there. Doing that for every position, also for those within matches, takes no branch that depends on the content, which is
/// faster than skipping some, and finds more.
/// </summary>
internal sealed class CandidateMap
{
    /// <summary>The positions of a chunk. The bytes, the results and the hash table stay in the first-level cache.</summary>
    public const int Chunk = 1024;

    /// <summary>The greatest number in <see cref="Lengths"/>: then more bytes may be equal.</summary>
    public const int LongestLength = sizeof(ulong);

    private const int HashBits = 14;
    private const int Group = 4;
    private const int Distances15 = DeflateSymbols.Window - 1;

    // The low 16 bits of the position are enough: a position outside the window results in a wrong candidate, which is compared like any
    // other.
    private readonly ushort[] _latest = new ushort[1 << HashBits];
    private readonly ushort[] _distances = new ushort[Chunk + Group];
    private readonly byte[] _lengths = new byte[Chunk + RawAccess.Compared];
    private readonly byte[] _matches = new byte[(Chunk / 8) + sizeof(ulong)];

    /// <summary>The distance of each position's candidate, less one.</summary>
    public Span<ushort> Distances => _distances;

    /// <summary>The number of equal bytes of each position's candidate.</summary>
    public ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>A bit for each position, set if the candidate is a match.</summary>
    public ReadOnlySpan<byte> Matches => _matches;

    /// <summary>Discards all positions.</summary>
    public void Clear() => Array.Clear(_latest);

    /// <summary>Records positions without looking for candidates.</summary>
    public void Learn(ReadOnlySpan<byte> bytes, int start, int end)
    {
        Span<ushort> latest = _latest;
        for (var i = start; i < end; i++)
        {
            RawAccess.At(latest, (nint)Hash(RawAccess.Read32(bytes, i))) = (ushort)i;
        }
    }

    /// <summary>Finds the candidates of a chunk.</summary>
    /// <param name="bytes">The memory that holds the content.</param>
    /// <param name="first">The first byte that a match may refer to.</param>
    /// <param name="start">The first position of the chunk.</param>
    /// <param name="count">The number of positions; a multiple of 64.</param>
    public void Find(ReadOnlySpan<byte> bytes, int first, int start, int count)
    {
        if (start - DeflateSymbols.Window < first)
        {
            FindNearStart(bytes, first, start, count);
        }
        else
        {
            FindAll(bytes, start, count);
        }

        // The position after the chunk, which the parser may look at, has no candidate.
        _distances[count] = 0;
        _lengths[count] = 0;
        MarkMatches(count);
    }

    private void FindAll(ReadOnlySpan<byte> bytes, int start, int count)
    {
        Span<ushort> latest = _latest;
        Span<ushort> distances = _distances;
        Span<byte> lengths = _lengths;
        nint position = start;
        for (nint i = 0; i < count; i += Group, position += Group)
        {
            FindOne(bytes, latest, distances, lengths, i, position);
            FindOne(bytes, latest, distances, lengths, i + 1, position + 1);
            FindOne(bytes, latest, distances, lengths, i + 2, position + 2);
            FindOne(bytes, latest, distances, lengths, i + 3, position + 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindOne(
        ReadOnlySpan<byte> bytes, Span<ushort> latest, Span<ushort> distances, Span<byte> lengths, nint index, nint position)
    {
        var value = RawAccess.Read64(bytes, position);
        ref var entry = ref RawAccess.At(latest, (nint)Hash((uint)value));
        var distance = (position - 1 - entry) & Distances15;
        entry = (ushort)position;
        RawAccess.At(distances, index) = (ushort)distance;
        var difference = RawAccess.Read64(bytes, position - 1 - distance) ^ value;
        RawAccess.At(lengths, index) = (byte)((uint)BitOperations.TrailingZeroCount(difference) >> 3);
    }

    // The same for the first positions, where a candidate may lie before the content.
    private void FindNearStart(ReadOnlySpan<byte> bytes, int first, int start, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var position = start + i;
            var value = RawAccess.Read64(bytes, position);
            ref var entry = ref _latest[Hash((uint)value)];
            var distance = (position - 1 - entry) & Distances15;
            entry = (ushort)position;
            var candidate = position - 1 - distance;
            var isValid = candidate >= first;
            _distances[i] = (ushort)(isValid ? distance : 0);
            _lengths[i] = (byte)(isValid ? BitOperations.TrailingZeroCount(RawAccess.Read64(bytes, candidate) ^ value) >> 3 : 0);
        }
    }

    private void MarkMatches(int count)
    {
        const int Step = RawAccess.Compared;
        for (var i = 0; i < count; i += 2 * Step)
        {
            ulong low = RawAccess.Greater(_lengths, i, DeflateSymbols.MinimumMatch - 1);
            ulong high = RawAccess.Greater(_lengths, i + Step, DeflateSymbols.MinimumMatch - 1);
            RawAccess.Write64(_matches, i / 8, low | (high << Step));
        }

        RawAccess.Write64(_matches, count / 8, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint value) => value * 2654435761u >> (32 - HashBits);
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// Reads and writes without bounds checks for the loops that see every byte: the only unsafe code of the encoder. Builds with
/// assertions check every access. Byte order and processor never change a result.
/// </summary>
internal static class RawAccess
{
    /// <summary>The bytes that <see cref="EqualBytes"/> compares at most.</summary>
    public const int Compared = 32;

    /// <summary>The byte at an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Byte(ReadOnlySpan<byte> bytes, nint index)
    {
        Debug.Assert((nuint)index < (nuint)bytes.Length, "The read is out of bounds.");
        return Unsafe.Add(ref MemoryMarshal.GetReference(bytes), index);
    }

    /// <summary>Four bytes, the first in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read32(ReadOnlySpan<byte> bytes, nint index)
    {
        Debug.Assert(index >= 0 && index <= bytes.Length - sizeof(uint), "The read is out of bounds.");
        var value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), index));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>Eight bytes, the first in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read64(ReadOnlySpan<byte> bytes, nint index)
    {
        Debug.Assert(index >= 0 && index <= bytes.Length - sizeof(ulong), "The read is out of bounds.");
        var value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), index));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>Writes eight bytes, the lowest bits first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write64(Span<byte> bytes, nint index, ulong value)
    {
        Debug.Assert(index >= 0 && index <= bytes.Length - sizeof(ulong), "The write is out of bounds.");
        value = BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), index), value);
    }

    /// <summary>The element at an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T At<T>(Span<T> items, nint index)
    {
        Debug.Assert((nuint)index < (nuint)items.Length, "The access is out of bounds.");
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(items), index);
    }

    /// <summary>The number of equal bytes from two indexes, at most <see cref="Compared"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EqualBytes(ReadOnlySpan<byte> bytes, nint first, nint second)
    {
        Debug.Assert(first >= 0 && first <= bytes.Length - Compared, "The read is out of bounds.");
        Debug.Assert(second >= 0 && second <= bytes.Length - Compared, "The read is out of bounds.");
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var equal = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)first), Vector256.LoadUnsafe(ref start, (nuint)second));
        return BitOperations.TrailingZeroCount(~(ulong)equal.ExtractMostSignificantBits());
    }

    /// <summary>A bit for each of 32 bytes from an index on: set if the byte is greater than the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Greater(ReadOnlySpan<byte> bytes, nint index, byte limit)
    {
        Debug.Assert(index >= 0 && index <= bytes.Length - Compared, "The read is out of bounds.");
        var values = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)index);
        return Vector256.GreaterThan(values, Vector256.Create(limit)).ExtractMostSignificantBits();
    }
}

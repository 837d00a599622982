using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace ImagePusher.Core.Naming;

/// <summary>One of several parts of any list, <c>3/10</c>: each name is in exactly one part, the same one on every machine.</summary>
/// <param name="Number">The number of the part, starting at 1.</param>
/// <param name="Count">The number of parts.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>Parses <c>number/count</c>.</summary>
    /// <exception cref="InvalidReferenceException">The text has another form.</exception>
    public static Shard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/', StringSplitOptions.TrimEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && number >= 1 && number <= count
                ? new Shard(number, count)
                : throw new InvalidReferenceException(
                    $"Invalid shard '{text}'.", "Use number/count, such as 3/10 for the third of ten; the first is 1/10.");
    }

    /// <summary>True if a name is in this part: the first 8 bytes of its SHA-256 (UTF-8, big-endian) modulo the count.</summary>
    public bool Holds(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name), hash);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)Count) == Number - 1;
    }

    /// <summary><c>3/10</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");
}

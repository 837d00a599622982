using CsCheck;
using ImagePusher.Core.Compression.Deflate;

namespace ImagePusher.Core.Tests.Compression.Deflate;

public sealed class CodeLengthsTests
{
    [Fact]
    public void Codes_are_complete_within_the_limit_and_shorter_for_frequent_symbols() =>
        Gen.Select(Gen.Frequency((3, Gen.Int[0, 50]), (1, Gen.Int[0, 100_000])).Array[2, 286], Gen.Int[9, 15]).Sample((counts, limit) =>
        {
            var lengths = Assign(counts, limit);
            var used = counts.Count(count => count > 0);
            Assert.All(counts.Zip(lengths), pair => Assert.Equal(pair.First > 0, pair.Second > 0));
            Assert.All(lengths, length => Assert.InRange(length, 0, limit));
            if (used > 1)
            {
                Assert.Equal(1 << limit, lengths.Where(length => length > 0).Sum(length => 1 << (limit - length)));
            }

            foreach (var (count, length) in counts.Zip(lengths))
            {
                Assert.DoesNotContain(counts.Zip(lengths), other => other.First > count && other.Second > length && length > 0);
            }
        });

    [Fact]
    public void Lengths_without_a_limit_are_those_of_Huffman() =>
        Gen.Int[1, 5_000].Array[2, 60].Sample(counts =>
        {
            var lengths = Assign(counts, 15);
            if (lengths.Max() < 15)
            {
                Assert.Equal(HuffmanCost(counts), counts.Zip(lengths).Sum(pair => (long)pair.First * pair.Second));
            }
        });

    [Theory]
    [InlineData(7, 19)]
    [InlineData(15, 30)]
    public void Counts_that_grow_as_Fibonacci_numbers_reach_the_limit(int limit, int symbols)
    {
        var counts = new int[symbols];
        (counts[0], counts[1]) = (1, 1);
        for (var i = 2; i < symbols; i++)
        {
            counts[i] = counts[i - 1] + counts[i - 2];
        }

        var lengths = Assign(counts, limit);
        Assert.Equal(limit, lengths.Max());
        Assert.Equal(1 << limit, lengths.Sum(length => 1 << (limit - length)));
    }

    [Fact]
    public void Canonical_codes_are_those_of_the_example_in_the_RFC()
    {
        // RFC 1951, 3.2.2: lengths (3, 3, 3, 3, 3, 2, 4, 4) give 010, 011, 100, 101, 110, 00, 1110, 1111; here the first bit is lowest.
        var codes = new ushort[8];
        CodeLengths.Codes([3, 3, 3, 3, 3, 2, 4, 4], codes);
        Assert.Equal([0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111], codes.Select(code => (int)code));
    }

    private static byte[] Assign(int[] counts, int limit)
    {
        var lengths = new byte[counts.Length];
        CodeLengths.Assign(counts, limit, lengths);
        return lengths;
    }

    private static long HuffmanCost(int[] counts)
    {
        var queue = new PriorityQueue<long, long>(counts.Select(count => ((long)count, (long)count)));
        var cost = 0L;
        while (queue.Count > 1)
        {
            var sum = queue.Dequeue() + queue.Dequeue();
            cost += sum;
            queue.Enqueue(sum, sum);
        }

        return cost;
    }
}

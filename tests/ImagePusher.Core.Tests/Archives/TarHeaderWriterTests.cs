using System.Formats.Tar;
using ImagePusher.Core.Archives.Tar;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tar headers are those of System.Formats.Tar, byte for byte: the digest of an exported tar depends on them.</summary>
public sealed class TarHeaderWriterTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(99, 0)]
    [InlineData(100, 513)]
    [InlineData(101, 7)]
    [InlineData(141, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 1)]
    public void Headers_equal_those_of_TarWriter(int nameLength, int size)
    {
        var name = new string('n', nameLength);
        using var expected = new MemoryStream();
        using (var tar = new TarWriter(expected, TarEntryFormat.Gnu, leaveOpen: true))
        {
            tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(new byte[size]),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        var header = TarHeaderWriter.Write(name, size);
        Assert.Equal(TarHeaderWriter.SizeOf(name), header.Length);
        Assert.Equal(expected.ToArray()[..header.Length], header);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData((1L << 33) - 1)]
    [InlineData(1L << 33)]
    [InlineData(long.MaxValue)]
    public void Sizes_of_any_length_are_read_back(long size)
    {
        var header = TarHeaderWriter.Write("n", size);
        Assert.True(TarHeader.TryReadSize(header, out var read));
        Assert.Equal((size, "n", '0'), (read, TarHeader.Name(header), TarHeader.Type(header)));
    }
}

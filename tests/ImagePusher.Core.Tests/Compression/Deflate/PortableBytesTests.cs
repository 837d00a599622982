using ImagePusher.Core.Compression;
using ImagePusher.Core.Compression.Deflate;

namespace ImagePusher.Core.Tests.Compression.Deflate;

/// <summary>
/// The bytes of a compressed layer are the same on every platform, processor and runtime version. A change on purpose raises
/// <see cref="DeflateEncoder.Version"/>, says so in the change log and replaces the digests here.
/// </summary>
public sealed class PortableBytesTests
{
    private const int Version = 1;

    public static TheoryData<int, string, string> Digests => new()
    {
        { 1, "nothing", "ac73670af3abed54ac6fb4695131f409" },
        { 1, "a sentence", "65c2e4f99c7902929b2b1bc8cdd66025" },
        { 1, "zeros", "50b33695897376ee5c718201eccc40a6" },
        { 1, "text", "0ba5fe1a5f1a7fceb399d9795124e4b6" },
        { 1, "edited", "a3ffd7ed6cd981d68060d3432cc1f8f1" },
        { 1, "everything", "bfe21633bfb6293e4b29b9cb7b8f4a01" },
        { 2, "nothing", "ac73670af3abed54ac6fb4695131f409" },
        { 2, "a sentence", "65c2e4f99c7902929b2b1bc8cdd66025" },
        { 2, "zeros", "3e79a703ca7feb7a0a16a137a7f72ac9" },
        { 2, "text", "24cada3a325ee15090e78ecf36d923b8" },
        { 2, "edited", "0fc4212ea29ea1ac4b9d322306eeddef" },
        { 2, "everything", "ff962828269bbc3f676d4d209a087e50" },
        { 3, "nothing", "ac73670af3abed54ac6fb4695131f409" },
        { 3, "a sentence", "65c2e4f99c7902929b2b1bc8cdd66025" },
        { 3, "zeros", "3e79a703ca7feb7a0a16a137a7f72ac9" },
        { 3, "text", "1bba553d368418c0062842f671507d45" },
        { 3, "edited", "edc3ca0773437571d55f1502bc9dbbf0" },
        { 3, "everything", "d2f0c3a8dfa6713513f1f26ff4351146" },
    };

    [Theory, MemberData(nameof(Digests))]
    public async Task A_layer_has_the_digest_of_this_version(int level, string name, string digest)
    {
        var settings = EncodingSettings.Create(LayerFormat.Gzip, level);
        var layer = await LayerEncoder.EncodeAsync(new MemoryStream(Content(name)), Stream.Null, settings,
            TestContext.Current.CancellationToken);
        Assert.Equal(digest, layer.Encoded.Digest.Encoded[..32]);
        Assert.Equal(Version, DeflateEncoder.Version);
    }

    [Fact]
    public void Every_portable_level_has_digests() =>
        Assert.Equal(Enumerable.Range(1, EncodingSettings.HighestPortableGzip), Digests.Select(row => row.Data.Item1).Distinct());

    private static byte[] Content(string name)
    {
        var everything = ContentRecipe.Everything.Make();
        return name switch
        {
            "nothing" => [],
            "a sentence" => "The quick brown fox jumps over the lazy dog. The quick brown fox jumps."u8.ToArray(),
            "zeros" => new byte[3_000_000],
            "text" => new ContentRecipe([new(ContentKind.Text, 2_500_000, 1, 5)]).Make(),
            "edited" => new ContentRecipe([new(ContentKind.Skewed, 40_000, 1, 5), new(ContentKind.Edited, 2_500_000, 31_000, 8)]).Make(),
            _ => [.. everything, .. everything, .. everything],
        };
    }
}

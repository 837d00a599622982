using System.Text;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Oci;

/// <summary>Sizes in manifests that no content can have.</summary>
public sealed class DescriptorLimitTests
{
    private const string One = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string Two = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("1099511627777")]
    [InlineData("9223372036854775808")]
    [InlineData("-1")]
    public void A_size_beyond_the_limit_is_rejected(string size)
    {
        Assert.Throws<FormatException>(() => Parse($$"""{"digest":"{{One}}","size":{{size}}}"""));
        Assert.Throws<FormatException>(
            () => Manifest.Parse(Encoding.UTF8.GetBytes($$"""{"manifests":[{"digest":"{{One}}","size":{{size}}}]}""")));
    }

    [Fact]
    public void Sizes_at_the_limit_can_be_added_up()
    {
        var layers = string.Join(',',
            Enumerable.Range(0, 20_000).Select(number => $$"""{"digest":"sha256:{{number:x64}}","size":{{Descriptor.MaximumSize}}}"""));
        Assert.Equal(20_000 * Descriptor.MaximumSize, ((ImageManifest)Parse(layers)).Layers.Sum(layer => layer.Size));
    }

    [Fact]
    public void One_digest_with_two_sizes_is_rejected()
    {
        var error = Assert.Throws<FormatException>(
            () => Parse($$"""{"digest":"{{One}}","size":1},{"digest":"{{Two}}","size":1},{"digest":"{{One}}","size":2}"""));
        Assert.Contains($"{One} with two sizes", error.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(
            () => Manifest.Parse(Encoding.UTF8.GetBytes(
                $$"""{"manifests":[{"digest":"{{One}}","size":1},{"digest":"{{One}}","size":2}]}""")));
    }

    [Fact]
    public void One_digest_with_one_size_can_be_referenced_twice() =>
        Assert.Equal(2, ((ImageManifest)Parse($$"""{"digest":"{{One}}","size":1},{"digest":"{{One}}","size":1}""")).Layers.Count);

    private static Manifest Parse(string layers) =>
        Manifest.Parse(Encoding.UTF8.GetBytes($$"""{"config":{"digest":"{{Two}}","size":1},"layers":[{{layers}}]}"""));
}

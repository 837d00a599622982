using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Sync;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Sync;

/// <summary>The content of a kept tag is found at any depth and read once, so that pruning removes none of it.</summary>
public sealed class KeptDigestsTests
{
    private static readonly TestImage Image = TestImage.Of([1, 2, 3]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(40)]
    public async Task An_image_in_nested_indexes_is_kept(int depth)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        registry.Add("app", Image);
        var index = Nest(registry, depth, 1);
        registry.Add("app", index, "1.0");
        Assert.Contains(Digest.Parse(Image.Digest), await ReadAsync(registry));
    }

    [Fact]
    public async Task Content_that_is_referenced_repeatedly_is_read_once()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        registry.Add("app", Image);
        registry.Add("app", Nest(registry, 6, 100), "1.0");
        Assert.Equal(7, (await ReadAsync(registry)).Count);
    }

    private static byte[] Nest(FakeRegistry registry, int depth, int repetitions)
    {
        var (type, digest, size) = (TestImage.ManifestType, Image.Digest, Image.Manifest.Length);
        var index = Array.Empty<byte>();
        for (var level = 0; level < depth; level++)
        {
            var entry = $$"""{"mediaType":"{{type}}","digest":"{{digest}}","size":{{size}}}""";
            index = Encoding.UTF8.GetBytes(
                $$"""
                    {"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}",
                    "manifests":[{{string.Join(',', Enumerable.Repeat(entry, repetitions))}}]}
                    """);
            registry.Add("app", index);
            (type, digest, size) = (TestImage.IndexType, Http.DigestOf(index), index.Length);
        }

        return index;
    }

    private static async Task<IReadOnlySet<Digest>> ReadAsync(FakeRegistry registry)
    {
        await using var client = new RegistryClient();
        return await new KeptDigests(client.GetRepository(registry.Address, "app")).ReadAsync(["1.0"], [], Token);
    }
}

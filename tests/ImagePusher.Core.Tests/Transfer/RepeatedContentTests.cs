using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Content that an index or a list of referrers references repeatedly on several levels is read once, and the number of levels is
/// limited.</summary>
public sealed class RepeatedContentTests : TransferTest
{
    // 100 entries on each of 10 levels are 10^20 paths.
    private const int Levels = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", Levels + 2)]
    [InlineData("linux/amd64", Levels + 2)]
    [InlineData("linux/amd64,linux/arm64", Levels + 2)]
    public async Task A_copy_reads_each_manifest_once(string platforms, int expected)
    {
        var root = Repeat(Json(Image("one").Descriptor, Platform("amd64")),
            Json(Image("two", "linux/arm64").Descriptor, Platform("arm64")));
        await CopyAsync(root, platforms.Split(',', StringSplitOptions.RemoveEmptyEntries));
        Assert.InRange(Source.ManifestsRead, 1, expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Choosing_a_platform_reads_each_manifest_once(bool isStated)
    {
        var root = Repeat(Json(Image("one").Descriptor, isStated ? Platform("amd64") : ""),
            Json(Image("two", "linux/arm64").Descriptor, isStated ? Platform("arm64") : ""));
        var chooser = new ImageChooser(new ImageSelection(Source, root), Log);
        var arm = await chooser.ChooseOneAsync([Core.Oci.Platform.Parse("linux/arm64")], Token);
        Assert.Equal("two"u8.ToArray(), Source.Blobs[arm.Manifest.Layers[0].Digest]);
        Assert.InRange(Source.ManifestsRead, 1, Levels + 4);
    }

    [Fact]
    public async Task All_images_of_different_indexes_of_one_index_are_read_once()
    {
        var inner = Json(Index("", Json(Image("one").Descriptor), Json(Image("two").Descriptor)).Descriptor);
        for (var level = 0; level < 6; level++)
        {
            inner = string.Join(',', Enumerable.Range(0, 50).Select(number => Json(Index($$"""
                "annotations":{"n":"{{level}}-{{number}}"}
                """, inner).Descriptor)));
        }

        var images = await new ImageChooser(new ImageSelection(Source, Index("", inner)), Log).ChooseAllAsync(Token);
        Assert.Equal(2, images.Count);
        Assert.InRange(Source.ManifestsRead, 1, (6 * 50) + 3);
    }

    [Fact]
    public async Task An_index_of_more_platforms_than_manifests_may_be_is_LimitExceeded()
    {
        var inner = Json(Index("",
            [.. Enumerable.Range(0, 150)
                .Select(number => Json(new Descriptor(MediaTypes.OciManifest, Digest.Of([1, (byte)number]), 5)))]).Descriptor, "{0}");
        var root = Index("", [.. Enumerable.Range(0, 150)
            .Select(number => inner.Replace("{0}", Platform($"p{number}"), StringComparison.Ordinal))]);
        await Assert.ThrowsAsync<LimitExceededException>(() => CopyAsync(root, "linux/amd64"));
    }

    [Fact]
    public async Task Configs_that_are_read_for_their_platforms_are_limited_together()
    {
        var config = Source.Add(new byte[ImageConfig.MaximumSize], MediaTypes.OciConfig);
        var images = Enumerable.Range(0, 20).Select(number => Json(Add(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Json(config)}},"layers":[],
                "annotations":{"n":"{{number}}"} }
                """,
            MediaTypes.OciManifest).Descriptor));
        await Assert.ThrowsAsync<LimitExceededException>(() => CopyAsync(Index("", [.. images]), "linux/amd64"));
        Assert.InRange(Source.Events.Count, 1, 8);
    }

    [Theory]
    [InlineData(1, ReferrerWalk.MaximumSubjects)]
    [InlineData(100, 100)]
    [InlineData(20_000, 1)]
    public async Task Referrers_without_end_are_LimitExceeded(int perSubject, int expected)
    {
        var source = new EndlessReferrers(perSubject);
        await Assert.ThrowsAsync<LimitExceededException>(
            async () => await new ReferrerWalk(source, null).FindAsync([Digest.Of([1])], Token).CountAsync(Token));
        Assert.InRange(source.Lists, 1, expected + 1);
    }

    private static string Platform(string architecture) => $"\"platform\":{{\"os\":\"linux\",\"architecture\":\"{architecture}\"}}";

    private ImageIndex Repeat(params string[] entries)
    {
        var index = Index("", [.. Enumerable.Repeat(entries, 50).SelectMany(pair => pair)]);
        for (var level = 1; level < Levels; level++)
        {
            index = Index("", [.. Enumerable.Repeat(Json(index.Descriptor), 100)]);
        }

        return index;
    }

    /// <summary>Lists new referrers of everything.</summary>
    private sealed class EndlessReferrers(int perSubject) : IReferrerSource
    {
        private int _listed;

        public int Lists { get; private set; }

        public string Description => "example.com/app";

        public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken)
        {
            Lists++;
            return Task.FromResult<IReadOnlyList<Descriptor>>([.. Enumerable.Range(0, perSubject).Select(_ =>
                new Descriptor(MediaTypes.OciManifest, Digest.Of(BitConverter.GetBytes(_listed++)), 5))]);
        }

        public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<TaggedReferrer>>([]);

        public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}

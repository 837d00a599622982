using System.Globalization;
using System.Text;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Sync;

/// <summary>Tags that name no image for a platform: signatures, attestations and lists of referrers beside the images.</summary>
public sealed class MirroredArtifactTests : IAsyncDisposable
{
    private readonly FakeRegistry _source = FakeRegistry.Start(RegistryProfile.Conformant);
    private readonly FakeRegistry _target = FakeRegistry.Start(RegistryProfile.Conformant);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Tags => ["{0}.sig", "{0}.att", "{0}.sbom", "{0}", "cache", "chart"];

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task A_platform_selects_images_and_other_content_is_copied_unchanged(string form)
    {
        var (amd64, arm64) = (TestImage.Of(Http.RandomBytes(80, 1)), TestImage.Of(Http.RandomBytes(80, 2)));
        _source.Add("app", amd64);
        _source.Add("app", arm64);
        _source.Add("app", TestImage.IndexOf(amd64, arm64), "1.0");
        var tag = string.Format(CultureInfo.InvariantCulture, form, TestArtifact.TagOf(amd64.Digest));
        AddArtifact(tag, amd64);

        var outcome = await SyncAsync("-Platform linux/amd64");

        Assert.Equal(["Copied", "Copied"], outcome.WithoutErrors().Output.Select(State));
        Assert.Equal(amd64.Digest, _target.Tags["app:1.0"]);
        Assert.Equal(_source.Tags[$"app:{tag}"], _target.Tags[$"app:{tag}"]);
        Assert.Empty(_target.MissingOf("app", tag));
        Assert.All((await SyncAsync("-Platform linux/amd64")).WithoutErrors().Output, result => Assert.Equal("Unchanged", State(result)));
    }

    [Fact]
    public async Task An_image_without_the_platform_is_an_error_and_such_tags_are_copied()
    {
        var (amd64, arm64) = (TestImage.Of(Http.RandomBytes(80, 1)), TestImage.Of(Http.RandomBytes(80, 2)));
        _source.Add("app", amd64, "single");
        _source.Add("app", arm64);
        _source.Add("app", TestImage.IndexOf(amd64, arm64), "1.0");
        AddArtifact(TestArtifact.TagOf(arm64.Digest), arm64);

        var outcome = await SyncAsync("-Platform linux/s390x");

        Assert.Equal(["Failed", "Copied", "Failed"], outcome.Output.Select(State));
        Assert.All(outcome.Errors, error => Assert.StartsWith("PlatformNotFound", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_untagged_index_with_a_missing_image_is_copied_again()
    {
        var (one, two, three) =
            (TestImage.Of(Http.RandomBytes(80, 1)), TestImage.Of(Http.RandomBytes(80, 2)), TestImage.Of(Http.RandomBytes(80, 3)));
        var inner = TestImage.IndexOf(two, three);
        var index = IndexOf((TestImage.ManifestType, one.Manifest), (TestImage.IndexType, inner));
        foreach (var image in new[] { one, two, three })
        {
            _source.Add("app", image);
        }

        _source.Add("app", inner);
        _source.Add("app", index);
        var file = _folder.Write("mirror.yml", $"{_source.Address}:\n  images:\n    app: ['{Http.DigestOf(index)}']\n");
        Assert.Equal("Copied", State(Assert.Single((await SyncAsync("", file)).WithoutErrors().Output)));
        Assert.Equal("Unchanged", State(Assert.Single((await SyncAsync("", file)).WithoutErrors().Output)));

        foreach (var lost in new[] { one.Digest, three.Digest, Http.DigestOf(inner) })
        {
            _target.Lose("app", lost);
            Assert.NotEmpty(_target.MissingOf("app", Http.DigestOf(index)));
            Assert.Equal("Copied", State(Assert.Single((await SyncAsync("", file)).WithoutErrors().Output)));
            Assert.Empty(_target.MissingOf("app", Http.DigestOf(index)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    private void AddArtifact(string tag, TestImage subject)
    {
        var sbom = TestArtifact.Of("application/vnd.test.sbom", "what is in it", subject.Manifest);
        switch (tag)
        {
            case "chart":
                _source.Add("app", TestArtifact.Of("application/vnd.test.chart", "a chart", null), tag);
                break;
            case "cache":
                _source.Add("app", TestArtifact.ListOf(), tag);
                break;
            case var _ when tag.Contains('.', StringComparison.Ordinal):
                _source.Add("app", CosignArtifact(tag.EndsWith(".sig", StringComparison.Ordinal)
                    ? "application/vnd.dev.cosign.simplesigning.v1+json" : "application/vnd.dsse.envelope.v1+json"), tag);
                break;
            default:
                _source.Add("app", sbom);
                _source.Add("app", TestArtifact.ListOf(sbom), tag);
                break;
        }
    }

    private async Task<Outcome> SyncAsync(string options, string? file = null)
    {
        using var engine = new Engine();
        engine["file"] = file ?? _folder.Write("all.yml", $"{_source.Address}:\n  images:\n    app: []\n");
        engine["to"] = _target.Address;
        return await engine.RunAsync($"Sync-RegistryImage $file $to {options}", Token);
    }

    // As cosign writes them: the config is that of an image without a platform.
    private static TestImage CosignArtifact(string layerType)
    {
        var (config, layer) = ("""{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray(),
            Http.RandomBytes(40, 7));
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{TestImage.ManifestType}}",
            "config":{{Descriptor("application/vnd.oci.image.config.v1+json", config)}},"layers":[{{Descriptor(layerType, layer)}}]}
            """;
        return new TestImage(config, Encoding.UTF8.GetBytes(manifest), [layer]);
    }

    private static byte[] IndexOf(params (string Type, byte[] Content)[] entries) => Encoding.UTF8.GetBytes(
        $$"""
            {"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}",
            "manifests":[{{string.Join(',', entries.Select(entry => Descriptor(entry.Type, entry.Content)))}}]}
            """);

    private static string Descriptor(string type, byte[] content) =>
        $$"""{"mediaType":"{{type}}","digest":"{{Http.DigestOf(content)}}","size":{{content.Length}}}""";

    private static string State(object result) => ((dynamic)result).State;
}

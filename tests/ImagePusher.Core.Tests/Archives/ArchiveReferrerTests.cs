using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Referrers in OCI layouts, as oras, regclient and skopeo lay them out.</summary>
public sealed class ArchiveReferrerTests : ArchiveTestBase
{
    private readonly TestImage _image = TestImage.Of([1, 2, 3]);

    private Digest Subject => Digest.Parse(_image.Digest);

    [Fact]
    public async Task An_entry_without_a_name_is_found_by_its_subject_and_is_not_an_image()
    {
        var sbom = TestArtifact.Of("application/spdx+json", "sbom", _image.Manifest);
        await using var archive = await OpenAsync(Layout([sbom], Entry(_image.Manifest, "example.com/app:1"), Entry(sbom.Manifest, null)));
        Assert.Equal(["example.com/app:1"], NamesOf(archive));
        var found = Assert.Single(await archive.GetReferrersAsync(Subject, null, Stop));
        Assert.Equal((sbom.Digest, "application/spdx+json"), (found.Digest.ToString(), found.ArtifactType));
        Assert.Empty(await archive.GetReferrersAsync(Subject, "other", Stop));
        Assert.Equal(sbom.Manifest, (await archive.GetManifestAsync(found, Stop)).Raw.ToArray());
    }

    [Fact]
    public async Task A_list_under_the_tag_of_the_subject_is_read_and_is_not_an_image()
    {
        var sbom = TestArtifact.Of("application/spdx+json", "sbom", _image.Manifest);
        var list = TestArtifact.ListOf(sbom);
        await using var archive = await OpenAsync(Layout(
            [sbom], Entry(_image.Manifest, "1"), Entry(list, TestArtifact.TagOf(_image.Digest), TestImage.IndexType)).File(BlobName(list),
                list));
        Assert.Equal(["localhost/app:1"], NamesOf(archive));
        Assert.Equal(sbom.Digest, Assert.Single(await archive.GetReferrersAsync(Subject, null, Stop)).Digest.ToString());
    }

    [Fact]
    public async Task A_cosign_tag_belongs_to_the_images_of_its_repository()
    {
        var (one, two) = (TestArtifact.Of("signature", "one", null), TestArtifact.Of("signature", "two", null));
        var tag = TestArtifact.TagOf(_image.Digest) + ".sig";
        await using var archive = await OpenAsync(Layout(
            [one, two], Entry(_image.Manifest, "example.com/one:1"), Entry(_image.Manifest, "example.com/two:1"),
            Entry(one.Manifest, $"example.com/one:{tag}"), Entry(two.Manifest, $"example.com/two:{tag}")));
        Assert.Equal(["example.com/one:1", "example.com/two:1"], NamesOf(archive));
        foreach (var (name, signature) in new[] { ("example.com/one:1", one), ("example.com/two:1", two) })
        {
            var view = ((IReferrerSource)archive).ReferrersIn(ImageReference.Parse(name));
            var found = Assert.Single(await view.GetTaggedReferrersAsync(Subject, Stop));
            Assert.Equal((tag, signature.Digest), (found.Tag, found.Manifest.Digest.ToString()));
        }
    }

    [Fact]
    public async Task A_signature_without_its_subject_is_listed_as_an_image()
    {
        var signature = TestArtifact.Of("signature", "one", null);
        var name = $"example.com/one:sha256-{new string('a', 64)}.sig";
        await using var archive =
            await OpenAsync(Layout([signature], Entry(_image.Manifest, "example.com/one:1"), Entry(signature.Manifest, name)));
        Assert.Equal(["example.com/one:1", name], NamesOf(archive));
    }

    [Fact]
    public async Task A_layout_with_only_referrers_lists_them_as_images()
    {
        var sbom = TestArtifact.Of("application/spdx+json", "sbom", _image.Manifest);
        await using var archive = await OpenAsync(Layout([sbom], Entry(sbom.Manifest, null)));
        Assert.Equal(sbom.Digest, Assert.Single(archive.Images).Root.Digest.ToString());
    }

    private TestTar Layout(IEnumerable<TestArtifact> artifacts, params string[] entries)
    {
        var tar = new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .File("index.json", $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', entries)}}]}""");
        foreach (var blob in new[] { _image.Config, _image.Manifest, TestArtifact.Config }.Concat(_image.Layers)
            .Concat(artifacts.SelectMany(artifact => new[] { artifact.Manifest, artifact.Content })))
        {
            tar.File(BlobName(blob), blob);
        }

        return tar;
    }

    private static string BlobName(byte[] blob) => "blobs/" + Http.DigestOf(blob).Replace(':', '/');

    private static string Entry(byte[] manifest, string? name, string mediaType = TestImage.ManifestType)
    {
        var annotations = name is null ? "" : $$""","annotations":{"org.opencontainers.image.ref.name":"{{name}}"}""";
        return $$"""{"mediaType":"{{mediaType}}","digest":"{{Http.DigestOf(manifest)}}","size":{{manifest.Length}}{{annotations}}}""";
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class ReferrersApiTests
{
    private const string SbomType = "application/spdx+json";
    private const string SignatureType = "application/vnd.dev.cosign.artifact.sig.v1+json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_referrer_is_listed_with_its_type_and_annotations()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        var sbom = Documents.Artifact(SbomType, subject, "an SBOM").Bytes();
        var done = (await registry.PutManifestAsync(Http.DigestOf(sbom), sbom)).Is(HttpStatusCode.Created);
        Assert.Equal(image.Digest, done["OCI-Subject"]);

        var answer = (await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}")).Is(HttpStatusCode.OK);
        Assert.Equal(MediaTypes.OciIndex, answer["Content-Type"]);
        Assert.Equal((2, MediaTypes.OciIndex),
            (answer.Json.GetProperty("schemaVersion").GetInt32(), answer.Json.GetProperty("mediaType").GetString()));
        var referrer = Assert.Single(Referrers(answer));
        Assert.Equal(
            (Http.DigestOf(sbom), MediaTypes.OciManifest, sbom.Length, SbomType),
            (referrer.GetProperty("digest").GetString(), referrer.GetProperty("mediaType").GetString(), referrer.GetProperty("size")
                .GetInt32(), referrer.GetProperty("artifactType").GetString()));
        Assert.Equal("an SBOM", referrer.GetProperty("annotations").GetProperty("org.example.note").GetString());
    }

    [Fact]
    public async Task The_artifact_type_defaults_to_the_config_type_and_an_index_has_none()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        var plain = Documents.Manifest(Documents.Descriptor("application/vnd.example.config", Documents.EmptyJson));
        plain["subject"] = subject.DeepClone();
        var index = Documents.Index();
        index["subject"] = subject.DeepClone();
        (await registry.PutManifestAsync("plain", plain.Bytes())).Is(HttpStatusCode.Created);
        Assert.Equal(image.Digest,
            (await registry.PutManifestAsync("index", index.Bytes(), MediaTypes.OciIndex)).Is(HttpStatusCode.Created)["OCI-Subject"]);
        var referrers = Referrers(await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}"))
            .ToDictionary(entry => entry.GetProperty("mediaType").GetString()!);
        Assert.Equal("application/vnd.example.config", referrers[MediaTypes.OciManifest].GetProperty("artifactType").GetString());
        Assert.False(referrers[MediaTypes.OciIndex].TryGetProperty("artifactType", out _));
    }

    [Fact]
    public async Task A_filter_is_applied_and_reported_with_or_without_escapes()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        foreach (var (type, note) in new[] { (SbomType, "1"), (SignatureType, "2"), (SignatureType, "3") })
        {
            var artifact = Documents.Artifact(type, subject, note).Bytes();
            (await registry.PutManifestAsync(Http.DigestOf(artifact), artifact)).Is(HttpStatusCode.Created);
        }

        Assert.Equal(3, Referrers(await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}")).Count);
        foreach (var (filter, count) in new[] { (SbomType, 1), (Uri.EscapeDataString(SignatureType), 2), (SignatureType, 2), ("none", 0) })
        {
            var answer = await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}?artifactType={filter}");
            Assert.Equal((count, "artifactType"), (Referrers(answer).Count, answer["OCI-Filters-Applied"]));
        }
    }

    [Fact]
    public async Task An_unknown_subject_or_repository_has_an_empty_list_and_a_malformed_digest_is_400()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.GetAsync($"/v2/no/such/referrers/{Http.DigestOf("none"u8)}");
        Assert.Equal(MediaTypes.OciIndex, answer.Is(HttpStatusCode.OK)["Content-Type"]);
        Assert.Empty(Referrers(answer));
        (await registry.GetAsync("/v2/team/app/referrers/sha256:12")).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task The_subject_can_be_missing_and_lists_are_per_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Documents.EmptyJson);
        var subject = Documents.Descriptor(TestImage.ManifestType, TestImage.Of(Http.RandomBytes(100)).Manifest);
        var sbom = Documents.Artifact(SbomType, subject).Bytes();
        (await registry.PutManifestAsync("sbom", sbom)).Is(HttpStatusCode.Created);
        Assert.Single(Referrers(await registry.GetAsync($"/v2/team/app/referrers/{subject["digest"]}")));
        Assert.Empty(Referrers(await registry.GetAsync($"/v2/team/other/referrers/{subject["digest"]}")));
        (await registry.SendAsync("DELETE", "/v2/team/app/manifests/sbom")).Is(HttpStatusCode.Accepted);
        Assert.Empty(Referrers(await registry.GetAsync($"/v2/team/app/referrers/{subject["digest"]}")));
    }

    [Fact]
    public async Task A_referrer_that_an_index_also_contains_stays_listed()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        var sbom = Documents.Artifact(SbomType, subject).Bytes();
        (await registry.PutManifestAsync(Http.DigestOf(sbom), sbom)).Is(HttpStatusCode.Created);
        var index = Documents.Index(Documents.Descriptor(MediaTypes.OciManifest, sbom), subject).Bytes();
        (await registry.PutManifestAsync("all", index, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        Assert.Single(Referrers(await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}")));
    }

    [Fact]
    public async Task Entries_under_the_referrers_tag_are_listed_if_they_have_the_subject()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        var (sbom, stray) = (Documents.Artifact(SbomType, subject).Bytes(), Documents.Artifact(SbomType, null).Bytes());
        (await registry.PutManifestAsync("stray", stray)).Is(HttpStatusCode.Created);

        // As in an OCI layout of another tool: an index contains the referrer, and no entry does.
        await registry.Cache.PutManifestAsync(Manifest.Parse(sbom), Token);
        var list = Documents.Index(Documents.Descriptor(MediaTypes.OciManifest, sbom), Documents.Descriptor(MediaTypes.OciManifest, stray))
            .Bytes();
        (await registry.PutManifestAsync(image.Digest.Replace(':', '-'), list, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        var referrer = Assert.Single(Referrers(await registry.GetAsync($"/v2/team/app/referrers/{image.Digest}")));
        Assert.Equal(Http.DigestOf(sbom), referrer.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task A_list_that_is_too_long_for_one_index_is_paged()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (image, subject) = await PushSubjectAsync(registry);
        var expected = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            var artifact = Documents.Artifact(SbomType, subject, $"{number}{new string('A', 1_500_000)}").Bytes();
            (await registry.PutManifestAsync(Http.DigestOf(artifact), artifact)).Is(HttpStatusCode.Created);
            expected.Add(Http.DigestOf(artifact));
        }

        var found = new List<string>();
        var pages = 0;
        for (string? next = $"/v2/team/app/referrers/{image.Digest}?artifactType={Uri.EscapeDataString(SbomType)}"; next is not null;
            pages++)
        {
            var answer = (await registry.GetAsync(next)).Is(HttpStatusCode.OK);
            Assert.Equal("artifactType", answer["OCI-Filters-Applied"]);
            Assert.InRange(answer.Body.Length, 1, Manifest.MaximumSize);
            found.AddRange(Referrers(answer).Select(entry => entry.GetProperty("digest").GetString()!));
            next = answer["Link"] is { } link ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : null;
        }

        Assert.Equal(3, pages);
        Assert.Equal(expected.Order(StringComparer.Ordinal), found);
    }

    private static async Task<(TestImage Image, JsonObject Subject)> PushSubjectAsync(RunningRegistry registry)
    {
        await registry.PushBlobAsync(Documents.EmptyJson);
        var image = await registry.PushImageAsync("1", layers: Http.RandomBytes(1000));
        return (image, Documents.Descriptor(TestImage.ManifestType, image.Manifest));
    }

    private static IReadOnlyList<JsonElement> Referrers(Answer answer) =>
        [.. answer.Is(HttpStatusCode.OK).Json.GetProperty("manifests").EnumerateArray()];
}

using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>Each fake registry accepts and rejects the same requests as the registry with its name.</summary>
public sealed class RegistryProfileTests
{
    private const int Mebibyte = 1024 * 1024;
    private static readonly byte[] Large = Http.RandomBytes(21 * Mebibyte);
    private static readonly byte[] Small = Http.RandomBytes(300_000, 2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Whole, a stream of unknown length, chunks of 4 MiB, chunks of 10 MiB: the statuses after POST.
    [Theory]
    [InlineData("specification", "201", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("OCI-Chunk-Min-Length", "201", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("distribution", "201", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("Amazon ECR", "201", "201 201", "201 201 201 201 201 201 400", "201 201 201 201")]
    [InlineData("GHCR", "201", "202 201", "202 202 202 202 202 202 201", "416")]
    [InlineData("ACR", "413", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("Artifact Registry", "201", "202 201", "400", "400")]
    [InlineData("Quay", "201", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("Artifactory", "404", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("Gitea", "201", "202 201", "202 202 202 202 202 202 201", "202 202 202 201")]
    [InlineData("Pulp", "201", "204 201", "204 204 204 204 204 204 201", "204 204 204 201")]
    public async Task Each_profile_accepts_its_forms_of_upload_and_rejects_the_others(string name, string whole, string stream,
        string small, string large)
    {
        await using var registry = FakeRegistry.Start(Named(name), new FakeRegistryOptions { Repositories = ["team/app"] });
        using var client = Http.NewClient();
        var forms = new (string Expected, Func<PlainUpload, Task<bool>> Send)[]
        {
            (whole, upload => upload.WholeAsync(Large)),
            (stream, upload => upload.StreamAsync(Large)),
            (small, upload => upload.ChunksAsync(Large, 4 * Mebibyte)),
            (large, upload => upload.ChunksAsync(Large, 10 * Mebibyte)),
        };
        foreach (var (expected, send) in forms)
        {
            var upload = new PlainUpload(client, registry.Url, "team/app", Token);
            Assert.Equal(expected.EndsWith("201", StringComparison.Ordinal), await send(upload));
            Assert.Equal("202 " + expected, string.Join(' ', upload.Statuses));
        }

        Assert.Equal(Large, registry.ReadBlob(Http.DigestOf(Large)));
        Assert.Contains(Http.DigestOf(Large), registry.BlobsOf("team/app"));
    }

    [Fact]
    public void All_have_a_name_and_a_source() => Assert.All(RegistryProfile.All, profile =>
    {
        Assert.NotEmpty(profile.Source);
        Assert.Same(profile, Named(profile.Name));
    });

    [Fact]
    public async Task Ecr_reports_the_first_chunk_and_rejects_a_second_start_and_unknown_repositories()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Ecr, new FakeRegistryOptions { Repositories = ["team/app"] });
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, registry.Url, "team/app", Token);
        await upload.BeginAsync();
        await upload.PatchAsync(Large[..(5 * Mebibyte)], $"0-{(5 * Mebibyte) - 1}");
        await upload.PatchAsync(Large[(5 * Mebibyte)..(10 * Mebibyte)], $"{5 * Mebibyte}-{(10 * Mebibyte) - 1}");
        await upload.StatusAsync();
        Assert.Equal(["0-0", "0-5242879", "0-5242879", "0-5242879"], upload.Ranges);

        Assert.False(await upload.PatchAsync(Large));
        Assert.Contains("First byte of the layer part is 0 instead of 10485760", upload.LastBody, StringComparison.Ordinal);
        Assert.False(await upload.PatchAsync(Large, $"5242880-{(5 * Mebibyte) + Large.Length - 1}"));
        Assert.Equal([416, 416], upload.Statuses[^2..]);
        Assert.True(await upload.PutAsync(Large[(10 * Mebibyte)..], Large));

        var other = new PlainUpload(client, registry.Url, "team/other", Token);
        Assert.False(await other.BeginAsync());
        Assert.Equal([404], other.Statuses);
        Assert.Contains("NAME_UNKNOWN", other.LastBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quay_counts_one_byte_too_many_in_its_status_and_requires_from_for_a_mount()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Quay);
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, registry.Url, "team/app", Token);
        await upload.BeginAsync();
        await upload.PatchAsync(Small[..1000], "0-999");
        await upload.StatusAsync();
        Assert.Equal(["bytes=0--1", "0-999", "bytes=0-1000"], upload.Ranges);
        Assert.False(await upload.PatchAsync(Small[1001..], $"1001-{Small.Length - 1}"));
        Assert.Equal((416, "0-999"), (upload.Statuses[^1], upload.Ranges[^1]));
        Assert.True(await upload.PatchAsync(Small[1000..], $"1000-{Small.Length - 1}"));
        Assert.True(await upload.PutAsync([], Small));

        Assert.Equal(400, await MountAsync(client, registry, "team/copy", Http.DigestOf(Small), null));
        Assert.Equal(201, await MountAsync(client, registry, "team/copy", Http.DigestOf(Small), "team/app"));
        Assert.Contains(Http.DigestOf(Small), registry.BlobsOf("team/copy"));
    }

    [Fact]
    public async Task Gitea_accepts_one_stream_and_nothing_after_an_interruption()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Gitea);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, proxy.Url, "team/app", Token);
        await upload.BeginAsync();
        Assert.StartsWith("/v2/team/app/blobs/uploads/", proxy.Requests[0].AnswerHeaders.Single(field => field.Key == "Location").Value,
            StringComparison.Ordinal);
        Assert.True(await upload.PatchAsync(Small[..1000]));
        Assert.False(await upload.PatchAsync(Small[1000..]));
        Assert.Contains("Stream uploads after first write are not allowed", upload.LastBody, StringComparison.Ordinal);
        Assert.False(await upload.StatusAsync());

        proxy.On("PATCH").CutUp(5000);
        await upload.BeginAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => upload.PatchAsync(Small));
        proxy.ClearRules();
        Assert.False(await upload.PatchAsync(Small));
        Assert.Equal([202, 202, 400, 404, 202, 500], upload.Statuses);
    }

    [Fact]
    public async Task Harbor_returns_Locations_with_the_other_scheme_and_401_for_a_mount_from_a_missing_project()
    {
        using var certificates = new TestCertificates();
        await using var registry =
            FakeRegistry.Start(RegistryProfile.HarborBehindProxy, new FakeRegistryOptions { Certificates = certificates });
        using var client = Http.NewClient(certificates);
        using var begun = await client.BeginUploadAsync(registry.Url, "team/app", Token);
        Assert.StartsWith($"http://{registry.Address}/v2/", begun.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(401, await MountAsync(client, registry, "team/app", Http.DigestOf(Small), "no/where"));

        var upload = new PlainUpload(client, registry.Url, "team/app", Token);
        await upload.BeginAsync();
        upload.Location = new Uri(upload.Location!.OriginalString.Replace("http://", "https://", StringComparison.Ordinal),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        Assert.True(await upload.PutAsync(Small, Small));

        await using var inner = FakeRegistry.Start(RegistryProfile.HarborWithInternalName);
        using var hidden = await client.BeginUploadAsync(inner.Url, "team/app", Token);
        Assert.StartsWith("http://registry-core.internal:8080/v2/", hidden.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_above_the_limit_are_rejected_early_and_unknown_lengths_may_be()
    {
        await using var registry =
            FakeRegistry.Start(RegistryProfile.BodyLimit with { LargestBody = 1_000_000, TakesUnknownLength = false });
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, proxy.Url, "team/app", Token);
        await upload.BeginAsync();
        Assert.False(await upload.PatchAsync(Large));
        Assert.False(await upload.PutAsync(Large, Large));
        Assert.False(await upload.PatchAsync(Small, chunked: true));
        Assert.True(await upload.PatchAsync(Small));
        Assert.Equal([202, 413, 413, 411, 202], upload.Statuses);
        Assert.Equal([0, 0], proxy.Requests.Skip(1).Take(2).Select(request => request.BytesUp));
    }

    [Fact]
    public async Task The_minimum_chunk_is_reported_and_a_smaller_one_is_detected_at_the_end()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.WithMinimumChunk);
        using var client = Http.NewClient();
        using var begun = await client.BeginUploadAsync(registry.Url, "a", Token);
        Assert.Equal("4194304", begun.Headers.GetValues("OCI-Chunk-Min-Length").Single());
        var upload = new PlainUpload(client, registry.Url, "a", Token);
        Assert.False(await upload.ChunksAsync(Large, 2 * Mebibyte));
        Assert.Equal(400, upload.Statuses[^1]);
        Assert.True(await upload.ChunksAsync(Small, Mebibyte));
    }

    private static async Task<int> MountAsync(HttpClient client, FakeRegistry registry, string to, string digest, string? from)
    {
        var query = $"?mount={Uri.EscapeDataString(digest)}{(from is null ? "" : $"&from={Uri.EscapeDataString(from)}")}";
        using var answer = await client.PostAsync(new Uri(registry.Url, $"v2/{to}/blobs/uploads/{query}"), null, Token);
        return (int)answer.StatusCode;
    }

    private static RegistryProfile Named(string name) => RegistryProfile.All.Single(profile => profile.Name == name);
}

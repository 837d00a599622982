using System.Net;
using System.Security.Cryptography;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class UploadTests
{
    private static readonly byte[] Blob = Http.RandomBytes(1_000_003);
    private static readonly string BlobDigest = Http.DigestOf(Blob);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task POST_returns_a_location_and_PUT_completes_the_upload()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var begun = (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/")).Is(HttpStatusCode.Accepted);
        Assert.StartsWith("/v2/team/app/blobs/uploads/", begun["Location"], StringComparison.Ordinal);
        Assert.Equal(("0-0", "0"), (begun["Range"], begun["Content-Length"]));

        var done = (await registry.SendAsync("PUT", $"{begun["Location"]}?digest={BlobDigest}", Blob)).Is(HttpStatusCode.Created);
        Assert.Equal(($"/v2/team/app/blobs/{BlobDigest}", BlobDigest), (done["Location"], done["Docker-Content-Digest"]));
        Assert.Equal(Blob, (await registry.GetAsync(done["Location"]!)).Body);
        (await registry.GetAsync(begun["Location"]!)).IsError(HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        Assert.Empty(registry.Parts());
    }

    [Fact]
    public async Task A_single_POST_uploads_a_blob()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var done = (await registry.SendAsync("POST", $"/v2/team/app/blobs/uploads/?digest={Uri.EscapeDataString(BlobDigest)}", Blob)).Is(
            HttpStatusCode.Created);
        Assert.Equal(Blob, (await registry.GetAsync(done["Location"]!)).Body);

        (await registry.SendAsync("POST", $"/v2/team/app/blobs/uploads/?digest={BlobDigest}", [1, 2, 3])).IsError(HttpStatusCode.BadRequest,
            "DIGEST_INVALID");
        Assert.Empty(registry.Parts());

        // Without a body it continues with PUT, as on registries without this form.
        Assert.NotNull((await registry.SendAsync("POST", $"/v2/team/app/blobs/uploads/?digest={BlobDigest}")).Is(
            HttpStatusCode.Accepted)["Location"]);
    }

    [Fact]
    public async Task A_streamed_PATCH_and_an_empty_PUT_upload_a_blob()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        using var content = new StreamContent(new MemoryStream(Blob));
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(registry.Root, place)) { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await registry.Client.SendAsync(request, Token);
        var patched = (await Answer.ReadAsync(answer, Token)).Is(HttpStatusCode.Accepted);
        Assert.Equal((place, "0-1000002"), (patched["Location"], patched["Range"]));
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}", [])).Is(HttpStatusCode.Created);
        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunks_in_order_upload_a_blob_and_the_status_is_always_current(bool lastByPut)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        var ends = new[] { 0, 1, 300_000, 700_000, Blob.Length };
        for (var chunk = 1; chunk < ends.Length; chunk++)
        {
            var (first, end) = (ends[chunk - 1], ends[chunk]);
            var isLast = lastByPut && end == Blob.Length;
            var answer = await registry.SendAsync(
                isLast ? "PUT" : "PATCH", isLast ? $"{place}?digest={BlobDigest}" : place, Blob[first..end],
                ("Content-Range", $"{first}-{end - 1}"));
            if (isLast)
            {
                answer.Is(HttpStatusCode.Created);
                break;
            }

            Assert.Equal($"0-{end - 1}", answer.Is(HttpStatusCode.Accepted)["Range"]);
            var status = (await registry.GetAsync(place)).Is(HttpStatusCode.NoContent);
            Assert.Equal(($"0-{end - 1}", place), (status["Range"], status["Location"]));
        }

        if (!lastByPut)
        {
            (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}")).Is(HttpStatusCode.Created);
        }

        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).Body);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task A_chunk_out_of_order_is_416_with_the_current_range_and_changes_nothing(string method)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PATCH", place, Blob[..1000], ("Content-Range", "0-999"))).Is(HttpStatusCode.Accepted);
        foreach (var (first, last) in new[] { (0, 999), (999, 1998), (1001, 2000), (500_000, 600_000) })
        {
            var target = method == "PUT" ? $"{place}?digest={BlobDigest}" : place;
            var refused = await registry.SendAsync(method, target, Blob[first..(last + 1)], ("Content-Range", $"{first}-{last}"));
            refused.IsError(HttpStatusCode.RequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID");
            Assert.Equal((place, "0-999"), (refused["Location"], refused["Range"]));
        }

        Assert.Equal("0-999", (await registry.GetAsync(place)).Is(HttpStatusCode.NoContent)["Range"]);
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}", Blob[1000..], ("Content-Range", $"1000-{Blob.Length - 1}"))).Is(
            HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("5-1")]
    [InlineData("a-b")]
    [InlineData("-5")]
    [InlineData("0-")]
    [InlineData("0")]
    [InlineData("0-99999999999999999999")]
    public async Task A_malformed_Content_Range_is_rejected(string range)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PATCH", place, Blob[..10], ("Content-Range", range))).IsError(HttpStatusCode.BadRequest,
            "BLOB_UPLOAD_INVALID");
        (await registry.SendAsync("PATCH", place, Blob[..10], ("Content-Range", "0-10"))).IsError(HttpStatusCode.BadRequest,
            "SIZE_INVALID");
        (await registry.SendAsync("PATCH", place, Blob[..10], ("Content-Range", "bytes 0-9/*"))).Is(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_wrong_digest_is_DIGEST_INVALID_and_closes_the_upload()
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var inPatch in new[] { false, true })
        {
            var place = await registry.StartUploadAsync();
            if (inPatch)
            {
                (await registry.SendAsync("PATCH", place, Blob)).Is(HttpStatusCode.Accepted);
            }

            var wrong = Http.DigestOf("other"u8);
            (await registry.SendAsync("PUT", $"{place}?digest={wrong}", inPatch ? [] : Blob)).IsError(HttpStatusCode.BadRequest,
                "DIGEST_INVALID");
            (await registry.GetAsync(place)).Is(HttpStatusCode.NotFound);
            (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{wrong}")).Is(HttpStatusCode.NotFound);
        }

        Assert.Empty(registry.Parts());
    }

    [Fact]
    public async Task A_malformed_or_missing_digest_is_rejected_and_the_upload_stays_open()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PUT", $"{place}?digest=sha256:12", Blob)).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        (await registry.SendAsync("PUT", place, Blob)).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/?digest=md5:12", Blob)).IsError(HttpStatusCode.BadRequest,
            "DIGEST_INVALID");
        (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/?digest-algorithm=md5")).IsError(HttpStatusCode.BadRequest,
            "DIGEST_INVALID");
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}", Blob)).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("?digest-algorithm=sha512")]
    [InlineData("")]
    public async Task A_sha512_digest_can_be_specified_at_the_start_or_end(string query)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(Blob))}";
        var place = await registry.StartUploadAsync(query: query);
        (await registry.SendAsync("PATCH", place, Blob[..500_000])).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("PUT", $"{place}?digest={digest}", Blob[500_000..])).Is(HttpStatusCode.Created);
        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{digest}")).Body);
    }

    [Fact]
    public async Task A_sha256_digest_completes_an_upload_that_announced_sha512()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync(query: "?digest-algorithm=sha512");
        (await registry.SendAsync("PATCH", place, Blob)).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task DELETE_cancels_an_upload()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PATCH", place, Blob)).Is(HttpStatusCode.Accepted);
        Assert.Single(registry.Parts());
        (await registry.SendAsync("DELETE", place)).Is(HttpStatusCode.NoContent);
        Assert.Empty(registry.Parts());
        (await registry.SendAsync("PATCH", place, Blob)).IsError(HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        (await registry.SendAsync("DELETE", place)).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_upload_belongs_to_its_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.GetAsync(place.Replace("team/app", "team/other", StringComparison.Ordinal))).IsError(HttpStatusCode.NotFound,
            "BLOB_UPLOAD_UNKNOWN");
        (await registry.GetAsync("/v2/team/app/blobs/uploads/no-guid")).IsError(HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
    }

    [Theory]
    [InlineData("&from=team/app")]
    [InlineData("&from=some/other")]
    [InlineData("")]
    public async Task Mount_uses_an_existing_blob_or_starts_an_upload(string from)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Blob);
        var mounted = (await registry.SendAsync("POST", $"/v2/new/place/blobs/uploads/?mount={BlobDigest}{from}")).Is(
            HttpStatusCode.Created);
        Assert.Equal($"/v2/new/place/blobs/{BlobDigest}", mounted["Location"]);
        Assert.Equal(Blob, (await registry.GetAsync(mounted["Location"]!)).Body);

        var missing = (await registry.SendAsync("POST", $"/v2/new/place/blobs/uploads/?mount={Http.DigestOf("none"u8)}{from}")).Is(
            HttpStatusCode.Accepted);
        Assert.StartsWith("/v2/new/place/blobs/uploads/", missing["Location"], StringComparison.Ordinal);
        (await registry.SendAsync("PUT", $"{missing["Location"]}?digest={Http.DigestOf("none"u8)}",
            System.Text.Encoding.ASCII.GetBytes("none"))).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_blob_may_be_pushed_again()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Blob);
        await registry.PushBlobAsync(Blob, "team/other");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => registry.PushBlobAsync(Blob)));
        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).Body);
        Assert.Empty(registry.Parts());
    }
}

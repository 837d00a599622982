using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class BlobTests
{
    [Fact]
    public async Task A_blob_is_sent_completely_with_its_digest_and_length()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var blob = Http.RandomBytes(3_000_000);
        var digest = await registry.PushBlobAsync(blob);
        var answer = (await registry.GetAsync($"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.OK);
        Assert.Equal(blob, answer.Body);
        Assert.Equal(digest, answer["Docker-Content-Digest"]);
        Assert.Equal("3000000", answer["Content-Length"]);
        Assert.Equal("application/octet-stream", answer["Content-Type"]);
        Assert.Equal("bytes", answer["Accept-Ranges"]);
    }

    [Fact]
    public async Task HEAD_returns_length_and_digest_without_a_body_and_keeps_the_connection()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var digest = await registry.PushBlobAsync(Http.RandomBytes(123_456));
        for (var times = 0; times < 3; times++)
        {
            var answer = (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.OK);
            Assert.Equal(("123456", digest), (answer["Content-Length"], answer["Docker-Content-Digest"]));
            Assert.Empty(answer.Body);
        }
    }

    [Fact]
    public async Task A_missing_blob_is_BLOB_UNKNOWN_and_a_malformed_digest_is_DIGEST_INVALID()
    {
        await using var registry = await RunningRegistry.StartAsync();
        (await registry.GetAsync($"/v2/team/app/blobs/{Http.DigestOf("none"u8)}")).IsError(HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{Http.DigestOf("none"u8)}")).Is(HttpStatusCode.NotFound);
        foreach (var digest in new[] { "sha256:abc", "md5:00", "latest", $"sha256:{new string('A', 64)}", $"sha999:{new string('a', 64)}" })
        {
            (await registry.GetAsync($"/v2/team/app/blobs/{digest}")).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        }
    }

    [Theory]
    [InlineData("bytes=500-1499", 500, 1000)]
    [InlineData("bytes=500-", 500, 1548)]
    [InlineData("bytes=-500", 1548, 500)]
    [InlineData("bytes=-5000", 0, 2048)]
    [InlineData("bytes=2000-5000", 2000, 48)]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=2047-2047", 2047, 1)]
    [InlineData("Bytes=0-2047", 0, 2048)]
    public async Task A_range_is_sent_as_206(string range, int offset, int length)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var blob = Http.RandomBytes(2048);
        var digest = await registry.PushBlobAsync(blob);
        var answer = (await registry.GetAsync($"/v2/team/app/blobs/{digest}", ("Range", range))).Is(HttpStatusCode.PartialContent);
        Assert.Equal(blob[offset..(offset + length)], answer.Body);
        Assert.Equal($"bytes {offset}-{offset + length - 1}/2048", answer["Content-Range"]);
        Assert.Equal($"{length}", answer["Content-Length"]);
    }

    [Theory]
    [InlineData("bytes=500-0")]
    [InlineData("bytes=2048-")]
    [InlineData("bytes=5000-10000")]
    [InlineData("bytes=-0")]
    public async Task An_unsatisfiable_range_is_416(string range)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var digest = await registry.PushBlobAsync(Http.RandomBytes(2048));
        var answer = await registry.GetAsync($"/v2/team/app/blobs/{digest}", ("Range", range));
        Assert.Equal("bytes */2048", answer.Is(HttpStatusCode.RequestedRangeNotSatisfiable)["Content-Range"]);
    }

    [Theory]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=")]
    [InlineData("bytes=--5")]
    public async Task An_unsupported_range_returns_the_complete_blob(string range)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var digest = await registry.PushBlobAsync(Http.RandomBytes(2048));
        Assert.Equal(2048, (await registry.GetAsync($"/v2/team/app/blobs/{digest}", ("Range", range))).Is(HttpStatusCode.OK).Body.Length);
    }

    [Fact]
    public async Task Conditional_requests_are_supported()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var digest = await registry.PushBlobAsync(Http.RandomBytes(2048));
        var path = $"/v2/team/app/blobs/{digest}";
        (await registry.GetAsync(path, ("If-None-Match", $"\"{digest}\""))).Is(HttpStatusCode.NotModified);
        (await registry.GetAsync(path, ("Range", "bytes=0-9"), ("If-Range", $"\"{digest}\""))).Is(HttpStatusCode.PartialContent);
        (await registry.GetAsync(path, ("Range", "bytes=0-9"), ("If-Range", "\"other\""))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Empty_and_sha512_blobs_are_supported()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var empty = await registry.PushBlobAsync([]);
        Assert.Empty((await registry.GetAsync($"/v2/team/app/blobs/{empty}")).Is(HttpStatusCode.OK).Body);
        (await registry.GetAsync($"/v2/team/app/blobs/{empty}", ("Range", "bytes=0-0"))).Is(HttpStatusCode.RequestedRangeNotSatisfiable);

        var blob = Http.RandomBytes(1000);
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(blob))}";
        (await registry.SendAsync("PUT", $"{await registry.StartUploadAsync()}?digest={digest}", blob)).Is(HttpStatusCode.Created);
        var answer = (await registry.GetAsync($"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.OK);
        Assert.Equal(blob, answer.Body);
        Assert.Equal(digest, answer["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task A_deleted_blob_is_removed_immediately_and_one_in_use_is_kept()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var layer = Http.RandomBytes(5000);
        var image = await registry.PushImageAsync("1", layers: layer);
        var path = $"/v2/team/app/blobs/{Http.DigestOf(layer)}";
        (await registry.SendAsync("DELETE", path)).IsError(HttpStatusCode.MethodNotAllowed, "UNSUPPORTED");
        (await registry.GetAsync(path)).Is(HttpStatusCode.OK);

        (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("DELETE", path)).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("HEAD", path)).Is(HttpStatusCode.NotFound);
        (await registry.SendAsync("DELETE", path)).IsError(HttpStatusCode.NotFound, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task HEAD_protects_a_blob_from_the_garbage_collection()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var registry = await RunningRegistry.StartAsync(cacheOptions: new CacheOptions { TimeProvider = clock });
        var digest = await registry.PushBlobAsync(Http.RandomBytes(5000));
        clock.Advance(TimeSpan.FromDays(1));
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.OK);
        await registry.Cache.CollectGarbageAsync(cancellationToken: TestContext.Current.CancellationToken);
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.OK);

        clock.Advance(TimeSpan.FromDays(1));
        await registry.Cache.CollectGarbageAsync(cancellationToken: TestContext.Current.CancellationToken);
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{digest}")).Is(HttpStatusCode.NotFound);
    }
}

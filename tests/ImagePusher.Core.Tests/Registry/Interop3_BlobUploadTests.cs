using System.Net;
using System.Text.RegularExpressions;
using ImagePusher.Core.Content;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.Emulation;
using ImagePusher.TestSupport.Faults;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>interop.md §3: blob uploads. A method a fact.</summary>
public sealed class Interop3_BlobUploadTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task POST_has_the_trailing_slash_and_a_length_of_0()
    {
        var seen = new List<(string Method, string Target, long? Length)>();
        var uploads = new SimpleUploads();
        await using var server = Serve(exchange =>
        {
            seen.Add((exchange.Method, exchange.Target, exchange.Header("Content-Length") is { } length ? long.Parse(length, null) : null));
            return uploads.HandleAsync(exchange);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Equal(("POST", "/v2/team/app/blobs/uploads/", 0L), seen[0]);
    }

    [Fact]
    public async Task The_default_is_one_PATCH_without_Content_Range_and_an_empty_PUT()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var identity = await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(new BlobIdentity(blob.TrueDigest, blob.Content.Length), identity);
        Assert.Equal(["GET", "POST", "PATCH", "PUT"], proxy.Requests.Select(request => request.Method));
        var patch = proxy.RequestsOf("PATCH").Single();
        Assert.Null(patch.Header("Content-Range"));
        Assert.Equal($"{blob.Content.Length}", patch.Header("Content-Length"));
        Assert.Equal("application/octet-stream", patch.Header("Content-Type"));
        Assert.Equal("0", proxy.RequestsOf("PUT").Single().Header("Content-Length"));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, blob.Opened);
    }

    [Fact]
    public async Task A_blob_of_unknown_length_goes_by_chunked_transfer_coding_in_one_PATCH()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        Assert.Equal(blob.TrueDigest, (await session.Repository(proxy.Address).WriteBlobAsync(blob, Token)).Digest);
        var patch = proxy.RequestsOf("PATCH").Single();
        Assert.Equal(("chunked", null), (patch.Header("Transfer-Encoding"), patch.Header("Content-Length")));
    }

    [Fact]
    public async Task An_empty_blob_arrives()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var session = new RegistrySession();
        foreach (var isKnown in new[] { true, false })
        {
            var blob = new MemoryBlob([], isKnown);
            Assert.Equal(new BlobIdentity(blob.TrueDigest, 0), await session.Repository(registry.Address, $"a/{isKnown}".ToLowerInvariant()).WriteBlobAsync(blob, Token));
        }
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("host-relative")]
    [InlineData("path-relative")]
    [InlineData("other scheme")]
    [InlineData("doubled slash")]
    public async Task A_Location_may_be_written_in_any_way(string style)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        var rule = proxy.On("POST|PATCH");
        _ = style switch
        {
            "host-relative" => rule.HostRelativeLocation(),
            "path-relative" => rule.PathRelativeLocation(),
            "other scheme" => rule.ForeignLocation(proxy.Address, "https"),
            "doubled slash" => rule.DoubledSlash(proxy.Address),
            _ => rule,
        };
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_Location_without_the_port_is_taken_for_the_registrys_own()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST|PATCH").ForeignLocation("localhost");
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
    }

    [Fact]
    public async Task A_Location_may_be_on_another_host_which_gets_no_credentials()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var other = FaultProxy.Start(registry.Address);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("GET", "^/v2/$").Take(1).Answer(401).WithHeader("WWW-Authenticate", "Basic realm=\"x\"");
        proxy.On("POST").ForeignLocation(other.OtherAddress);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address, credential: new RegistryCredential("ann", "secret")).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.NotNull(proxy.RequestsOf("POST").Single().Header("Authorization"));
        Assert.Equal(["PATCH", "PUT"], other.Requests.Select(request => request.Method));
        Assert.All(other.Requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Theory]
    [InlineData("http://10.0.0.7:5000/v2/team/app/blobs/uploads/1")]
    [InlineData("http://localhost:9/v2/team/app/blobs/uploads/1")]
    public async Task A_Location_in_a_private_network_is_refused_for_a_registry_outside(string location)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add($"{exchange.Method} {exchange.Target}");
            exchange.Add("Location", location);
            return exchange.AnswerAsync(exchange.Method == "POST" ? 202 : 200);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true }, change: options => options with { Proxy = new WebProxy(world.Url) });
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository("registry.example").WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Contains("private network", error.Message, StringComparison.Ordinal);
        Assert.Equal(["GET http://registry.example/v2/", "POST http://registry.example/v2/team/app/blobs/uploads/"], asked);
    }

    [Fact]
    public async Task A_stale_Location_costs_the_upload_and_not_the_push()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).StaleLocation();
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(2, proxy.Count("POST"));
    }

    [Fact]
    public async Task The_query_is_kept_byte_for_byte_and_the_digest_appended_with_an_ampersand()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { ComparesLocationBytes = true });
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.Matches(@"\?_state=v\d+%2f\w{8}\+%3D%3d%7e&digest=sha256", proxy.RequestsOf("PUT").Single().Target);
    }

    [Fact]
    public async Task Without_a_query_the_digest_is_appended_with_a_question_mark()
    {
        var targets = new List<string>();
        var uploads = new SimpleUploads();
        await using var server = Serve(exchange =>
        {
            targets.Add(exchange.Target);
            return uploads.HandleAsync(exchange);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Contains("/v2/team/app/blobs/uploads/1?digest=sha256%3A", targets[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_PATCH_gives_a_new_Location_that_replaces_the_last()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { ChangesLocation = true });
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(4 * Mebibyte), Token);
        Assert.Equal(5, proxy.RequestsOf("PATCH|PUT").Select(request => Regex.Match(request.Target, "_state=v[0-9]+").Value).Distinct().Count());
    }

    [Fact]
    public async Task Whole_is_POST_and_one_PUT()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Whole });
        var blob = MemoryBlob.Random(2 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(["GET", "POST", "PUT"], proxy.Requests.Select(request => request.Method));
        Assert.Equal(blob.Content.Length, proxy.RequestsOf("PUT").Single().BytesUp);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chunks_have_a_Content_Range_without_unit_and_total(bool isKnown)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random((2 * Mebibyte) + 500, isKnown: isKnown);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(["0-1048575", "1048576-2097151", "2097152-2097651"], proxy.RequestsOf("PATCH").Select(request => request.Header("Content-Range")));
        Assert.Equal(["1048576", "1048576", "500"], proxy.RequestsOf("PATCH").Select(request => request.Header("Content-Length")));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Theory]
    [InlineData(201, "0-1048575")]
    [InlineData(202, "bytes=0-1048575")]
    [InlineData(204, null)]
    [InlineData(200, "0-0")]
    public async Task Chunks_are_taken_with_201_202_204_and_any_Range(int status, string? range)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { PatchStatus = status });
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").SetAnswerHeader("Range", range);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random(3 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
    }

    [Fact]
    public async Task All_chunks_but_the_last_are_as_long_as_OCI_Chunk_Min_Length()
    {
        await using var registry = EmulatedRegistry.Start(Personality.WithSmallestChunk);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(9 * Mebibyte), Token);
        Assert.Equal([4 * Mebibyte, 4 * Mebibyte, Mebibyte], proxy.RequestsOf("PATCH").Select(request => request.BytesUp));
    }

    [Fact]
    public async Task After_a_lost_connection_the_status_is_asked_and_the_upload_goes_on_from_there()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(3 * Mebibyte);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(8 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, proxy.Count("POST"));
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
        Assert.Equal($"{3 * Mebibyte}-{(8 * Mebibyte) - 1}", proxy.RequestsOf("PATCH")[1].Header("Content-Range"));
    }

    [Fact]
    public async Task A_session_that_is_gone_starts_again()
    {
        await using var registry = EmulatedRegistry.Start(Personality.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(3 * Mebibyte);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(8 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(2, proxy.Count("POST"));
    }

    [Fact]
    public async Task After_a_loss_chunks_are_at_most_half_of_what_got_through_and_have_connections_of_their_own()
    {
        await using var registry = EmulatedRegistry.Start(Personality.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(6 * Mebibyte, scope: CutScope.Connection);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(20 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        var chunks = proxy.RequestsOf("PATCH").Where(request => !request.WasCut).ToList();
        Assert.All(chunks, chunk => Assert.InRange(chunk.BytesUp, 1, 6 * Mebibyte));
        Assert.Equal(chunks.Count, chunks.Select(chunk => chunk.Connection).Distinct().Count());
        Assert.InRange(proxy.BytesUp(), blob.Content.Length, blob.Content.Length + (7 * Mebibyte));
    }

    [Fact]
    public async Task A_status_of_0_0_counts_as_nothing()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(0);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_416_says_where_to_go_on()
    {
        // Quay's status counts one byte too many.
        await using var registry = EmulatedRegistry.Start(Personality.Quay);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Nth(3).CutUp(100_000);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random(5 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Fact]
    public async Task A_lost_answer_to_the_last_PUT_does_not_upload_again()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).LoseAnswer();
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(2 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
    }

    [Fact]
    public async Task A_source_that_fails_cancels_the_upload_and_its_error_comes_out_as_it_is()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var thrown = new DigestMismatchException("a layer", "sha256:a", "sha256:b");
        var blob = MemoryBlob.Random(4 * Mebibyte);
        var failing = new MemoryBlob(blob.Content) { BeforeWrite = at => _ = at > 2 * Mebibyte ? throw thrown : 0 };
        Assert.Same(thrown, await Assert.ThrowsAsync<DigestMismatchException>(() => session.Repository(proxy.Address).WriteBlobAsync(failing, Token)));
        Assert.Equal(1, proxy.Count("DELETE"));
        Assert.Equal((1, 0), (proxy.Count("PATCH"), registry.OpenUploads));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(416)]
    [InlineData(503)]
    public async Task A_refusal_of_the_source_is_not_taken_for_one_of_the_registry(int status)
    {
        // From registry to registry: the body that the source refuses makes the other one's request fail.
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var source = Serve(exchange => exchange.AnswerAsync(status, """{"errors":[{"code":"BLOB_UNKNOWN","message":"gone"}]}"""));
        await using var session = new RegistrySession();
        foreach (var form in new[] { UploadForm.Auto, UploadForm.Chunked })
        {
            proxy.Forget();
            session.Client.SetOptions(proxy.Address, RegistrySession.Quick with { UploadForm = form });
            var wanted = MemoryBlob.Random(1000).Descriptor;
            var from = session.Repository(source.Address, "base/image", retries: 0);
            var blob = new StoredBlob(wanted, from.Description, (offset, token) => from.OpenBlobAsync(wanted, offset, token));
            var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(proxy.Address).WriteBlobAsync(blob, Token));
            Assert.Contains($"{source.Address}/base/image", error.Message, StringComparison.Ordinal);
            Assert.Equal((1, 1), (proxy.Count("POST"), proxy.Count("DELETE")));
            Assert.InRange(proxy.Count("PATCH|PUT"), 0, 1);
        }
    }

    [Fact]
    public async Task Cancelling_comes_out_as_such_and_cancels_the_upload()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        var stalled = proxy.On("PATCH").StallUp(Mebibyte);
        await using var session = new RegistrySession();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var upload = session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(30 * Mebibyte), stop.Token);
        await stalled.Reached.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        Assert.Equal(1, proxy.Count("DELETE"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    public async Task A_refused_cancel_is_ignored(int status)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("DELETE").Answer(status);
        await using var session = new RegistrySession();
        var failing = new MemoryBlob(new byte[1000]) { BeforeWrite = _ => throw new DigestMismatchException("a", "b", "c") };
        await Assert.ThrowsAsync<DigestMismatchException>(() => session.Repository(proxy.Address).WriteBlobAsync(failing, Token));
        Assert.Equal(1, proxy.Count("DELETE"));
    }

    [Fact]
    public async Task A_mount_is_done_with_201()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(proxy.Address, "two/app");
        Assert.Equal("one/app", two.MountCandidate(blob.Descriptor));
        Assert.True(await two.TryMountAsync(blob.Descriptor, Token));
        Assert.Matches(@"^/v2/two/app/blobs/uploads/\?mount=sha256%3A[0-9a-f]{64}&from=one%2Fapp$", proxy.RequestsOf("POST")[^1].Target);
        Assert.Equal([blob.TrueDigest.ToString()], registry.BlobsOf("two/app"));
    }

    [Fact]
    public async Task Nothing_is_mounted_that_the_session_has_not_seen()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        var repository = session.Repository(registry.Address);
        Assert.False(await repository.TryMountAsync(blob.Descriptor, Token));
        await repository.WriteBlobAsync(blob, Token);
        Assert.Null(repository.MountCandidate(blob.Descriptor));
        Assert.Equal(1, registry.Count("POST"));
    }

    [Fact]
    public async Task A_mount_answered_202_is_gone_on_with_as_an_upload()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { Mounts = false });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(registry.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(registry.Address, "two/app");
        Assert.False(await two.TryMountAsync(blob.Descriptor, Token));
        await two.WriteBlobAsync(blob, Token);
        Assert.Equal((2, 0), (registry.Count("POST"), registry.OpenUploads));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(422)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task A_refused_mount_becomes_a_plain_upload(int status)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST", "mount=").Answer(status);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(proxy.Address, "two/app");
        Assert.False(await two.TryMountAsync(blob.Descriptor, Token));
        await two.WriteBlobAsync(blob, Token);
        Assert.Equal([blob.TrueDigest.ToString()], registry.BlobsOf("two/app"));
    }

    [Fact]
    public async Task One_source_that_is_gone_says_nothing_about_the_registry()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blobs = Enumerable.Range(1, 4).Select(seed => MemoryBlob.Random(1000, seed)).ToList();
        foreach (var blob in blobs)
        {
            await session.Repository(proxy.Address, blob == blobs[^1] ? "other/app" : "gone/app").WriteBlobAsync(blob, Token);
        }

        // Images that share blobs wait for one upload and mount the rest, as long as the registry is one store.
        proxy.On("POST", "from=gone").Answer(404);
        var target = session.Repository(proxy.Address, "new/app");
        Assert.False(await target.TryMountAsync(blobs[0].Descriptor, Token));
        Assert.False(await target.TryMountAsync(blobs[1].Descriptor, Token));
        Assert.Equal(proxy.Address, target.Store);

        // Two sources in a row mean that it does not mount; one that is mounted means that it does.
        proxy.On("POST", "from=other").Take(1).Answer(404);
        Assert.False(await target.TryMountAsync(blobs[3].Descriptor, Token));
        Assert.Equal($"{proxy.Address}/new/app", target.Store);
        proxy.ClearRules();
        Assert.True(await target.TryMountAsync(blobs[2].Descriptor, Token));
        Assert.Equal(proxy.Address, target.Store);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task The_last_PUT_may_answer_otherwise_than_201(int status)
    {
        var uploads = new SimpleUploads();
        await using var server = Serve(exchange => exchange.Method == "PUT" ? exchange.AnswerAsync(status) : uploads.HandleAsync(exchange));
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
    }

    [Fact]
    public async Task Another_digest_in_the_last_answer_is_found_out()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").SetAnswerHeader("Docker-Content-Digest", Http.DigestOf([9]));
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
    }

    [Fact]
    public async Task DIGEST_INVALID_drops_the_session_and_starts_once_more()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).Answer(400).WithBody("""{"errors":[{"code":"DIGEST_INVALID"}]}""");
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.Equal(2, proxy.Count("POST"));

        proxy.ClearRules();
        proxy.On("PUT").Answer(400).WithBody("""{"errors":[{"code":"DIGEST_INVALID"}]}""");
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000, 2), Token));
        Assert.Equal("DIGEST_INVALID", error.ErrorCode);
        Assert.Equal(4, proxy.Count("POST"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(411)]
    [InlineData(416)]
    [InlineData(501)]
    public async Task A_refused_form_steps_down_and_what_worked_is_remembered_for_the_host(int status)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Answer(status);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte), Token);
        Assert.Equal((1, 1), (proxy.Count("PATCH"), proxy.Count("PUT")));
        await session.Repository(proxy.Address, "other/app").WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte, 2), Token);
        Assert.Equal((1, 2), (proxy.Count("PATCH"), proxy.Count("PUT")));
        Assert.Equal(0, registry.OpenUploads);
    }

    [Fact]
    public async Task On_413_chunks_shrink_until_they_pass()
    {
        await using var registry = EmulatedRegistry.Start(Personality.BodyLimit with { LargestBody = Mebibyte });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(5 * Mebibyte);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));

        // The next blob knows the limit.
        var refused = registry.Requests.Count(request => request.Status == 413);
        await session.Repository(registry.Address).WriteBlobAsync(MemoryBlob.Random(5 * Mebibyte, 2), Token);
        Assert.Equal(refused, registry.Requests.Count(request => request.Status == 413));
    }

    [Fact]
    public async Task Where_no_length_is_refused_it_is_sent_in_chunks_that_have_one()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { TakesUnknownLength = false });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task Where_no_length_and_no_chunks_are_taken_it_is_kept_in_a_file_first()
    {
        using var spool = new TemporaryFolder();
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook with { TakesUnknownLength = false, RangeRefusal = 400 });
        await using var session = new RegistrySession(change: options => options with { SpoolFolder = spool.FullName });
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        Assert.Equal(new BlobIdentity(blob.TrueDigest, 9 * Mebibyte), await session.Repository(registry.Address).WriteBlobAsync(blob, Token));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Empty(Directory.EnumerateFiles(spool.FullName));
    }

    [Fact]
    public async Task What_every_form_refuses_is_an_error_with_the_last_refusal()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT").Answer(405).WithBody("""{"errors":[{"code":"UNSUPPORTED","message":"read only"}]}""");
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (error.StatusCode, error.ErrorCode));
        Assert.Contains($"{proxy.Address}/team/app", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_must_exist_first_is_told()
    {
        await using var registry = EmulatedRegistry.Start(Personality.Ecr);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Equal("NAME_UNKNOWN", error.ErrorCode);
        Assert.Contains("created before the first push", error.Cure, StringComparison.Ordinal);
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Fact]
    public async Task HEAD_says_whether_a_blob_is_there_and_a_redirect_to_storage_means_yes()
    {
        var there = MemoryBlob.Random(10).Descriptor;
        var stored = MemoryBlob.Random(10, 2).Descriptor;
        await using var server = Serve(exchange =>
        {
            if (exchange.Path.EndsWith(stored.Digest.ToString(), StringComparison.Ordinal))
            {
                exchange.Add("Location", "http://127.0.0.1:1/bucket/object?X-Amz-Signature=1");
                return exchange.AnswerAsync(307);
            }

            return exchange.AnswerAsync(exchange.Path.EndsWith(there.Digest.ToString(), StringComparison.Ordinal) ? 200 : 404);
        });
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.True(await repository.HasBlobAsync(there, Token));
        Assert.True(await repository.HasBlobAsync(stored, Token));
        Assert.False(await repository.HasBlobAsync(MemoryBlob.Random(10, 3).Descriptor, Token));
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.AnswerAsync(200, "{}") : handler(exchange));
}

using System.Net;
using System.Text;
using ImagePusher.Core.Content;
using ImagePusher.Core.Names;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.Emulation;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>interop.md §4: manifests, reading, redirects, errors, retries. A method a fact.</summary>
public sealed class Interop4_ReadingTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_four_manifest_types_are_asked_for()
    {
        string? accept = null;
        await using var server = Serve(exchange =>
        {
            accept = exchange.Header("Accept");
            return exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.All(MediaTypes.Manifests, type => Assert.Contains(type, accept!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parameters_of_the_Content_Type_are_ignored()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType + "; charset=utf-8"));
        await using var session = new RegistrySession();
        var manifest = await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(TestImage.ManifestType, manifest.MediaType);
        Assert.Equal(Image.Digest, manifest.Digest.ToString());
    }

    [Theory]
    [InlineData(MediaTypes.OciManifest, "config", MediaTypes.OciManifest)]
    [InlineData("application/json", "config", MediaTypes.OciManifest)]
    [InlineData("application/json", "manifests", MediaTypes.OciIndex)]
    [InlineData("text/plain", "docker", MediaTypes.DockerManifest)]
    public async Task The_kind_is_told_by_Content_Type_then_field_then_structure(string contentType, string kind, string expected)
    {
        var text = kind switch
        {
            "manifests" => """{"schemaVersion":2,"manifests":[]}""",
            "docker" => System.Text.Encoding.UTF8.GetString(Image.Manifest).Replace(MediaTypes.OciManifest, MediaTypes.DockerManifest, StringComparison.Ordinal),
            _ => System.Text.Encoding.UTF8.GetString(Image.Manifest).Replace($"\"mediaType\":\"{MediaTypes.OciManifest}\",", "", StringComparison.Ordinal),
        };
        await using var server = Serve(exchange => exchange.AnswerAsync(200, text, contentType));
        await using var session = new RegistrySession();
        Assert.Equal(expected, (await session.Repository(server.Address).ResolveAsync("1", Token)).MediaType);
    }

    [Fact]
    public async Task A_document_with_manifests_and_layers_is_refused()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(200, """{"schemaVersion":2,"manifests":[],"layers":[]}""", MediaTypes.OciIndex));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("both 'manifests' and 'layers'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MediaTypes.DockerSchema1)]
    [InlineData(MediaTypes.DockerSchema1Signed)]
    public async Task A_schema_1_manifest_is_refused_in_words(string type)
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(200, """{"schemaVersion":1,"fsLayers":[],"history":[]}""", type));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("schema 1", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{server.Address}/team/app:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_digest_header_may_be_absent_and_is_checked_where_it_is_there()
    {
        var told = (string?)null;
        await using var server = Serve(exchange =>
        {
            if (told is not null)
            {
                exchange.Add("Docker-Content-Digest", told);
            }

            return exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal(Image.Digest, (await repository.ResolveAsync("1", Token)).Digest.ToString());
        told = Image.Digest;
        Assert.Equal(Image.Digest, (await repository.ResolveAsync("1", Token)).Digest.ToString());
        told = Http.DigestOf([1]);
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => repository.ResolveAsync("1", Token));
        Assert.Equal((told, Image.Digest), (error.Expected, error.Actual));
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_pull_by_digest_is_verified(string algorithm)
    {
        var hash = algorithm == "sha512" ? System.Security.Cryptography.HashAlgorithmName.SHA512 : System.Security.Cryptography.HashAlgorithmName.SHA256;
        var digest = Digest.Of(Image.Manifest, hash).ToString();
        var content = Image.Manifest;
        await using var server = Serve(exchange => exchange.AnswerAsync(200, content, TestImage.ManifestType));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal(Image.Manifest, (await repository.ResolveAsync(digest, Token)).Raw.ToArray());
        content = [.. Image.Manifest, (byte)'\n'];
        await Assert.ThrowsAsync<DigestMismatchException>(() => repository.ResolveAsync(digest, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_of_more_than_4_MiB_is_refused_unread(bool isLengthKnown)
    {
        await using var server = Serve(async exchange =>
        {
            if (isLengthKnown)
            {
                await exchange.BeginAsync(200, 5_000_000, TestImage.ManifestType);
            }
            else
            {
                exchange.Closes = true;
                await exchange.AnswerAsync(200, new byte[5_000_000], TestImage.ManifestType);
            }

            exchange.Closes = true;
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(200)]
    public async Task A_HEAD_that_fails_or_says_too_little_is_followed_by_GET(int status)
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            return exchange.Method == "HEAD" ? exchange.AnswerAsync(status, "", "text/plain") : exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        var descriptor = await session.Repository(server.Address).HeadAsync("1", Token);
        Assert.Equal(new Descriptor(TestImage.ManifestType, Digest.Parse(Image.Digest), Image.Manifest.Length), descriptor);
        Assert.Equal(["HEAD", "GET"], methods);
    }

    [Fact]
    public async Task A_HEAD_that_says_enough_is_the_only_request()
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            exchange.Add("Docker-Content-Digest", Image.Digest);
            return exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        Assert.Equal(Image.Manifest.Length, (await session.Repository(server.Address).HeadAsync("1", Token))!.Size);
        Assert.Equal(["HEAD"], methods);
    }

    [Fact]
    public async Task A_missing_tag_is_ManifestNotFound_and_HEAD_gives_null()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Null(await repository.HeadAsync("1", Token));
        var error = await Assert.ThrowsAsync<ManifestNotFoundException>(() => repository.ResolveAsync("1", Token));
        Assert.Contains($"{server.Address}/team/app:1", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Cure);
    }

    [Fact]
    public async Task The_same_bytes_are_pushed()
    {
        byte[]? got = null;
        string? type = null;
        await using var server = Serve(async exchange =>
        {
            (got, type) = (await exchange.ReadAllAsync(), exchange.Header("Content-Type"));
            exchange.Add("Docker-Content-Digest", Http.DigestOf(got));
            await exchange.AnswerAsync(201);
        });
        await using var session = new RegistrySession();
        byte[] raw = [.. Image.Manifest, (byte)' ', (byte)'\n'];
        var manifest = Manifest.Parse(raw, TestImage.ManifestType);
        await session.Repository(server.Address).PublishAsync(manifest, ImageReference.Parse($"{server.Address}/team/app:1"), null, Token);
        Assert.Equal(raw, got);
        Assert.Equal(TestImage.ManifestType, type);
    }

    [Fact]
    public async Task A_registry_that_stores_another_manifest_is_found_out()
    {
        await using var server = Serve(async exchange =>
        {
            await exchange.ReadAllAsync();
            exchange.Add("Docker-Content-Digest", Http.DigestOf([1, 2, 3]));
            await exchange.AnswerAsync(201);
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
        Assert.Contains("in the place of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nameless_manifest_is_published_by_its_digest()
    {
        string? target = null;
        await using var server = Serve(async exchange =>
        {
            target = exchange.Target;
            await exchange.ReadAllAsync();
            await exchange.AnswerAsync(201);
        });
        await using var session = new RegistrySession();
        var name = ImageReference.Parse($"{server.Address}/team/app:1").ByDigest();
        await session.Repository(server.Address).PublishAsync(Manifest.Parse(Image.Manifest), name, null, Token);
        Assert.Equal($"/v2/team/app/manifests/{Image.Digest}", target);
    }

    [Theory]
    [InlineData("MANIFEST_BLOB_UNKNOWN", "Push again")]
    [InlineData("MANIFEST_INVALID", "kind of manifest")]
    [InlineData("NAME_UNKNOWN", "created before the first push")]
    [InlineData("NAME_INVALID", "repository name")]
    public async Task The_registrys_code_and_message_and_a_cure_are_told(string code, string cure)
    {
        await using var server = Serve(async exchange =>
        {
            await exchange.ReadAllAsync();
            await exchange.AnswerAsync(400, """{"errors":[{"code":"CODE","message":"what the registry says","detail":{"message":"more"}}]}""".Replace("CODE", code, StringComparison.Ordinal));
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
        Assert.Equal((code, HttpStatusCode.BadRequest), (error.ErrorCode, error.StatusCode));
        Assert.Contains($"400 {code}: what the registry says (more)", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{server.Address}/team/app@{Image.Digest}", error.Message, StringComparison.Ordinal);
        Assert.Contains(cure, error.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(502)]
    [InlineData(400)]
    public async Task A_web_page_is_summarised_and_never_shown(int status)
    {
        var page = $"<!DOCTYPE html><html><head><title>Sign in\n to Example</title></head><body>{new string('x', 100_000)}</body></html>";
        await using var server = Serve(exchange => exchange.AnswerAsync(status, page, "text/html"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("a web page, 'Sign in to Example'", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 500);
    }

    [Fact]
    public async Task A_config_of_more_than_8_MiB_is_refused_unread()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.AnswerAsync(200, "{}");
        });
        await using var session = new RegistrySession();
        var config = new Descriptor(MediaTypes.OciConfig, Digest.Of([1]), ImageConfig.MaximumSize + 1);
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => Content.BlobReader.ReadAsync(session.Repository(server.Address), config, ImageConfig.MaximumSize, Token));
        Assert.Contains($"{config.Digest} of {server.Address}/team/app has 8388609 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("""{"errors":[{"code":"\ud800","message":"\udfff"}]}""")]
    [InlineData("""{"errors":[{"code":7,"message":[],"detail":{"message":8}}]}""")]
    [InlineData("""{"errors":[[]]}""")]
    [InlineData("""{"errors":{},"message":{}}""")]
    [InlineData("[[[")]
    [InlineData("\u0000\u0001\u001b[31m")]
    public async Task An_odd_error_body_leaves_the_status(string body)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.Path == "/v2/" ? exchange.AnswerAsync(200) : exchange.AnswerAsync(409, body));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"{server.Address} answered 409", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("""{"tags":["\ud800"]}""")]
    [InlineData("""{"tags":7}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task An_odd_list_is_empty_or_an_error(string body)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.AnswerAsync(200, body));
        await using var session = new RegistrySession();
        try
        {
            Assert.Empty(await session.Repository(server.Address).GetTagsAsync(Token).ToListAsync(Token));
        }
        catch (RegistryProtocolException error)
        {
            Assert.Contains("no list", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_endless_error_body_is_read_to_64_KiB_only()
    {
        var sent = 0L;
        await using var server = Serve(async exchange =>
        {
            await exchange.BeginAsync(400, 1L << 40, "text/plain");
            exchange.Closes = true;
            try
            {
                while (true)
                {
                    await exchange.WriteAsync(System.Text.Encoding.ASCII.GetBytes(new string('y', 65536)));
                    sent += 65536;
                }
            }
            catch (IOException)
            {
                // The client has left.
            }
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.InRange(error.Message.Length, 1, 600);
    }

    [Fact]
    public async Task Tags_are_paged_by_Link_relative_or_absolute()
    {
        var targets = new List<string>();
        string? root = null;
        await using var server = LoopbackServer.Start(exchange =>
        {
            targets.Add(exchange.Target);
            switch (exchange.Target)
            {
                case "/v2/team/app/tags/list":
                    exchange.Add("Link", "</v2/team/app/tags/list?last=b&n=2>; rel=\"next\"");
                    return exchange.AnswerAsync(200, """{"name":"team/app","tags":["a","b"]}""");
                case "/v2/team/app/tags/list?last=b&n=2":
                    exchange.Add("Link", $"<{root}v2/team/app/tags/list?last=c%2Bd&n=2>; rel=next");
                    return exchange.AnswerAsync(200, """{"name":"team/app","tags":["c"]}""");
                case "/v2/team/app/tags/list?last=c%2Bd&n=2":
                    return exchange.AnswerAsync(200, """{"name":"team/app","tags":null}""");
                default:
                    return exchange.AnswerAsync(exchange.Path == "/v2/" ? 200 : 404);
            }
        });
        root = server.Url.AbsoluteUri;
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b", "c"], await session.Repository(server.Address).GetTagsAsync(Token).ToListAsync(Token));
        Assert.Equal(4, targets.Count);
    }

    [Fact]
    public async Task Tags_are_fetched_as_they_are_wanted()
    {
        var pages = 0;
        await using var server = Serve(exchange =>
        {
            pages++;
            exchange.Add("Link", $"</v2/team/app/tags/list?n=1&last={pages}>; rel=\"next\"");
            return exchange.AnswerAsync(200, $$"""{"tags":["{{pages}}"]}""");
        });
        await using var session = new RegistrySession();
        Assert.Equal(["1", "2"], await session.Repository(server.Address).GetTagsAsync(Token).Take(2).ToListAsync(Token));
        Assert.Equal(2, pages);
    }

    [Fact]
    public async Task The_catalog_is_listed()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(200, """{"repositories":["a","b/c"]}"""));
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b/c"], await session.Client.GetRepositoriesAsync(server.Address, cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Referrers_come_from_the_API()
    {
        var entry = new Descriptor(MediaTypes.OciManifest, Digest.Of([1]), 1) { ArtifactType = "a/sbom" };
        var other = new Descriptor(MediaTypes.OciManifest, Digest.Of([2]), 1) { ArtifactType = "a/signature" };
        var index = ImageIndex.Create(MediaTypes.OciIndex, [entry, other]);
        await using var server = Serve(exchange => exchange.AnswerAsync(200, index.Raw.ToArray(), MediaTypes.OciIndex));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal([entry, other], await repository.GetReferrersAsync(Digest.Parse(Image.Digest), null, Token));

        // A registry that does not filter leaves it to the client.
        Assert.Equal([entry], await repository.GetReferrersAsync(Digest.Parse(Image.Digest), "a/sbom", Token));
    }

    [Fact]
    public async Task Referrers_come_from_the_tag_where_there_is_no_API()
    {
        var entry = new Descriptor(MediaTypes.OciManifest, Digest.Of([1]), 1) { ArtifactType = "a/sbom" };
        var index = ImageIndex.Create(MediaTypes.OciIndex, [entry]);
        var subject = Digest.Parse(Image.Digest);
        await using var server = Serve(exchange => exchange.Path == $"/v2/team/app/manifests/sha256-{subject.Encoded}"
            ? exchange.AnswerAsync(200, index.Raw.ToArray(), MediaTypes.OciIndex)
            : exchange.AnswerAsync(404, "404 page not found", "text/plain"));
        await using var session = new RegistrySession();
        Assert.Equal([entry], await session.Repository(server.Address).GetReferrersAsync(subject, null, Token));
        Assert.Empty(await session.Repository(server.Address).GetReferrersAsync(Digest.Of([7]), null, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_OCI_Subject_the_client_keeps_the_list_itself(bool keepsList)
    {
        var puts = new List<(string Target, byte[] Body)>();
        await using var server = Serve(async exchange =>
        {
            if (exchange.Method != "PUT")
            {
                await exchange.AnswerAsync(404);
                return;
            }

            puts.Add((exchange.Path, await exchange.ReadAllAsync()));
            if (keepsList)
            {
                exchange.Add("OCI-Subject", Image.Digest);
            }

            await exchange.AnswerAsync(201);
        });
        await using var session = new RegistrySession();
        var subject = $$$""","artifactType":"a/signature","subject":{"mediaType":"{{{TestImage.ManifestType}}}","digest":"{{{Image.Digest}}}","size":{{{Image.Manifest.Length}}}},"annotations":{"k":"v"}}""";
        var text = System.Text.Encoding.UTF8.GetString(Image.Manifest)[..^1] + subject;
        var manifest = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        await session.Repository(server.Address).PutManifestAsync(manifest, Token);
        Assert.Equal(keepsList ? 1 : 2, puts.Count);
        if (!keepsList)
        {
            Assert.Equal($"/v2/team/app/manifests/{Image.Digest.Replace(':', '-')}", puts[1].Target);
            var entry = Assert.Single(((ImageIndex)Manifest.Parse(puts[1].Body)).Manifests);
            Assert.Equal(("a/signature", "v", manifest.Digest), (entry.ArtifactType, entry.Annotations["k"], entry.Digest));
        }
    }

    [Theory]
    [InlineData(405)]
    [InlineData(400)]
    public async Task A_refused_deletion_says_that_it_is_not_allowed(int status)
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(status, """{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"""));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token));
        Assert.Equal("UNSUPPORTED", error.ErrorCode);
        Assert.Contains("does not allow this operation", error.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deletion_is_accepted_with_202()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(exchange.Method == "DELETE" ? 202 : 404));
        await using var session = new RegistrySession();
        await session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token);
    }

    [Fact]
    public async Task A_warning_is_shown_once_in_a_session()
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Warning", "299 - \"this tag goes away \\\"soon\\\"\"");
            return exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        await session.Repository(server.Address, "other/app").ResolveAsync("1", Token);
        Assert.Equal([$"{server.Address} says: this tag goes away \"soon\""], session.Log.Warnings);
    }

    [Fact]
    public async Task The_pull_limit_is_asked_by_HEAD()
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            exchange.Add("ratelimit-limit", "100;w=21600");
            exchange.Add("ratelimit-remaining", "76;w=21600");
            exchange.Add("docker-ratelimit-source", "192.0.2.1");
            return exchange.AnswerAsync(200, "", TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        Assert.Equal(new RateLimit(100, 76, TimeSpan.FromHours(6), "192.0.2.1"), await session.Repository(server.Address).GetRateLimitAsync("latest", Token));
        Assert.Equal(["HEAD"], methods);
    }

    [Fact]
    public async Task A_registry_without_limit_gives_none()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(404));
        await using var session = new RegistrySession();
        Assert.Null(await session.Repository(server.Address).GetRateLimitAsync("latest", Token));
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.AnswerAsync(200, "{}") : handler(exchange));
}

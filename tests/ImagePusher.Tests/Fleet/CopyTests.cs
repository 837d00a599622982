using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>Copy-RegistryImage, one image at a time.</summary>
public sealed class CopyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_is_copied_with_all_its_content_and_keeps_its_digest()
    {
        await using var source = await FleetSource.StartAsync(10, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        var (image, digest) = source.Fleet.Images.Last();
        using var engine = NewEngine(source, image, target.Address);
        var result = await engine.SingleAsync("Copy-RegistryImage $from -Destination $to", Token);
        Assert.Equal((digest, null, 4L, 4L),
            ((string)result.Digest, (string?)result.SourceDigest, (long)result.Layers, (long)result.Uploaded));
        using var folder = new TemporaryFolder();
        await ExternalTools.RunAsync("skopeo", ["--insecure-policy", "copy", "-q", "--all", "--src-tls-verify=false",
            $"docker://{target.Address}/{image}", $"dir:{folder.FullName}"], Token);
        Assert.Equal(digest, Http.DigestOf(await File.ReadAllBytesAsync(folder["manifest.json"], Token)));
        Assert.False(Directory.Exists(Path.Combine(engine.CachePath, "blobs")), "It stored something in the cache.");
    }

    [Fact]
    public async Task One_platform_of_an_index_gets_the_name_and_the_source_digest()
    {
        await using var source = await FleetSource.StartAsync(10, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        var (image, digest) = source.Fleet.Images.Last();
        using var engine = NewEngine(source, image, target.Address);
        var result = await engine.SingleAsync("Copy-RegistryImage $from -Destination $to -Platform linux/arm64", Token);
        Assert.Equal((digest, 3L), ((string)result.SourceDigest, (long)result.Layers));
        Assert.NotEqual(digest, (string)result.Digest);
        Assert.Contains("\"arm64\"",
            (await ExternalTools.RunAsync("skopeo", ["inspect", "--raw", "--tls-verify=false",
                $"docker://{source.Registry.Address}/{image}"], Token)).Output, StringComparison.Ordinal);
        Assert.Equal("ImageManifest",
            (await engine.SingleAsync(
                "$m = Get-RegistryManifest \"$to/$image\"; if ($m.Manifests.Count) { 'index' } else { 'ImageManifest' }",
                Token)).ToString());

        var missing = (await engine.RunAsync("Copy-RegistryImage $from -Destination $to -Platform linux/s390x", Token)).SingleError();
        Assert.StartsWith("PlatformNotFound,", missing.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Within_one_registry_only_the_manifest_is_sent()
    {
        await using var source = await FleetSource.StartAsync(1, Token);
        var (image, digest) = source.Fleet.Images.Single();
        using var engine = NewEngine(source, image, source.Registry.Address);
        var result = await engine.SingleAsync("Copy-RegistryImage $from -Destination \"$to/elsewhere/\"", Token);
        Assert.Equal((digest, 0L, 3L), ((string)result.Digest, (long)result.Uploaded, (long)result.Mounted));
        Assert.Equal(0, await source.Registry.CountAsync("PATCH", "/blobs/uploads/", Token));
        Assert.Equal(0, await source.Registry.CountAsync("PUT", "/blobs/uploads/", Token));
    }

    [Fact]
    public async Task NoClobber_keeps_another_image_and_accepts_the_same_one()
    {
        await using var source = await FleetSource.StartAsync(2, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        var images = source.Fleet.Images.Keys.ToList();
        using var engine = NewEngine(source, images[0], $"{target.Address}/team/app:1.0");
        engine["other"] = $"{source.Registry.Address}/{images[1]}";
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to -NoClobber", Token);
        var same = await engine.SingleAsync("Copy-RegistryImage $from -Destination $to -NoClobber", Token);
        Assert.Equal(0L, (long)same.BytesSent);

        await target.ForgetRequestsAsync(Token);
        var error = (await engine.RunAsync("Copy-RegistryImage $other -Destination $to -NoClobber", Token)).SingleError();
        Assert.Equal("DestinationConflict,ImagePusher.Cmdlets.CopyRegistryImageCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ResourceExists, error.CategoryInfo.Category);
        Assert.All(await target.RequestsAsync(Token), request => Assert.Equal("HEAD", request.Method));

        Assert.Equal(source.Fleet.Images[images[1]],
            (string)(await engine.SingleAsync("Copy-RegistryImage $other -Destination $to", Token)).Digest);
    }

    [Fact]
    public async Task Force_sends_existing_content()
    {
        await using var source = await FleetSource.StartAsync(1, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = NewEngine(source, source.Fleet.Images.Keys.Single(), target.Address);
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to", Token);
        Assert.Equal(3L, (long)(await engine.SingleAsync("Copy-RegistryImage $from -Destination $to -Force", Token)).Uploaded);
    }

    [Fact]
    public async Task A_reference_with_tag_and_digest_is_copied_by_digest_and_keeps_its_tag()
    {
        await using var source = await FleetSource.StartAsync(1, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        var (image, digest) = source.Fleet.Images.Single();
        using var engine = NewEngine(source, image, target.Address);
        engine["digest"] = digest;
        var byDigest = await engine.SingleAsync("Copy-RegistryImage ($from -replace ':1.0$', \"@$digest\") -Destination $to", Token);
        Assert.Equal($"{target.Address}/{image.Split(':')[0]}@{digest}", (string)byDigest.Reference);
        Assert.StartsWith("ManifestNotFound,",
            (await engine.RunAsync("Get-RegistryManifest \"$to/$image\"", Token)).SingleError().FullyQualifiedErrorId,
            StringComparison.Ordinal);
        var byBoth = await engine.SingleAsync("Copy-RegistryImage \"$from@$digest\" -Destination $to", Token);
        Assert.Equal($"{target.Address}/{image}", (string)byBoth.Reference);

        engine["wrong"] = "sha256:" + new string('0', 64);
        var error = (await engine.RunAsync("Copy-RegistryImage $from -Destination \"$to/other/app:2@$wrong\"", Token)).SingleError();
        Assert.StartsWith("DigestMismatch,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_images_for_one_name_are_a_conflict()
    {
        await using var source = await FleetSource.StartAsync(2, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = NewEngine(source, "", $"{target.Address}/team/app:1.0");
        engine["list"] = source.References;
        var outcome = await engine.RunAsync("$list | Copy-RegistryImage -Destination $to", Token);
        Assert.Single(outcome.Output);
        Assert.StartsWith("DestinationConflict,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory, InlineData("app:1.0"), InlineData("team/app:1.0")]
    public async Task A_destination_without_a_registry_is_a_terminating_error(string destination)
    {
        using var engine = new Engine { ["to"] = destination };
        var outcome = await engine.RunAsync("'localhost:1/a', 'localhost:1/b' | Copy-RegistryImage -Destination $to", Token);
        Assert.StartsWith("InvalidReference,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_and_destination_have_separate_credentials()
    {
        var options = new DockerRegistryOptions { Users = new Dictionary<string, string> { ["reader"] = "one" } };
        await using var source = await DockerRegistry.StartAsync(options, Token);
        await using var target =
            await DockerRegistry.StartAsync(options with { Users = new Dictionary<string, string> { ["writer"] = "two" } }, Token);
        using (var client = Http.NewClient())
        {
            client.DefaultRequestHeaders.Authorization = Http.Basic("reader", "one");
            await client.PushImageAsync(source.Url, "team/app", "1.0", [Http.RandomBytes(100)], Token);
        }

        using var engine = new Engine { ["from"] = $"{source.Address}/team/app:1.0", ["to"] = target.Address };
        (engine["reader"], engine["writer"]) = (Credential("reader", "one"), Credential("writer", "two"));
        var unauthorized = (await engine.RunAsync("Copy-RegistryImage $from -Destination $to -Credential $reader", Token)).SingleError();
        Assert.StartsWith("RegistryUnauthorized,", unauthorized.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(target.Address, unauthorized.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(1L, (long)(
            await engine.SingleAsync("Copy-RegistryImage $from -Destination $to -Credential $reader -DestinationCredential $writer",
                Token)).Uploaded);
    }

    [Fact]
    public async Task A_requested_pause_is_respected_and_reported()
    {
        await using var source = await FleetSource.StartAsync(1, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(source.Registry.Address);
        proxy.On("GET", "/manifests/").Take(2).Respond(429).WithRetryAfter(TimeSpan.Zero);
        using var engine = new Engine { ["from"] = $"{proxy.Address}/{source.Fleet.Images.Keys.Single()}", ["to"] = target.Address };
        var outcome = (await engine.RunAsync("Copy-RegistryImage $from -Destination $to -Verbose", Token)).WithoutErrors();
        Assert.Single(outcome.Output);
        Assert.Equal(2, outcome.Verbose.Count(
            line => line.Contains("429", StringComparison.Ordinal) && line.Contains("attempt", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_long_pause_is_one_warning_for_all_waiting_requests_and_Ctrl_C_ends_it()
    {
        // A request after the first response would wait for the end of the pause, so all are responded to together.
        var (asked, allAsked) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var source = LoopbackServer.Start(async exchange =>
        {
            if (exchange.Method != "HEAD")
            {
                await exchange.RespondAsync(200, "{}");
                return;
            }

            _ = Interlocked.Increment(ref asked) == 6 && allAsked.TrySetResult();
            await allAsked.Task.WaitAsync(exchange.Ended);
            exchange.Add("Retry-After", "3600");
            await exchange.RespondAsync(429);
        });
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["list"] = Enumerable.Range(0, 6).Select(image => $"{source.Address}/fleet/app{image}:1").ToArray(),
            ["to"] = target.Address };
        var running = engine.Start("$list | Copy-RegistryImage -Destination $to -Verbose 3>&1 4>&1", Token);
        var allWait = new TaskCompletionSource();
        IReadOnlyList<InformationalRecord> Told() =>
            [.. running.Output.ToArray().Select(record => record.BaseObject).OfType<InformationalRecord>()
                .Where(record => record.Message.Contains("In 60 s: attempt 2", StringComparison.Ordinal))];
        running.Output.DataAdded += (_, _) => _ = Told().Count == 6 && allWait.TrySetResult();
        await Task.WhenAny(allWait.Task, running.Completion).WaitAsync(Token);
        await running.StopAsync();
        Assert.True((await running.Completion).WasStopped);
        Assert.Equal(6, Told().Count);
        Assert.Contains("429", Assert.Single(Told().OfType<WarningRecord>()).Message, StringComparison.Ordinal);
    }

    private static Engine NewEngine(FleetSource source, string image, string to) => new()
    {
        ["from"] = $"{source.Registry.Address}/{image}",
        ["image"] = image,
        ["to"] = to,
    };

    private static PSCredential Credential(string user, string password)
    {
        var secret = new System.Security.SecureString();
        foreach (var character in password)
        {
            secret.AppendChar(character);
        }

        return new PSCredential(user, secret);
    }
}

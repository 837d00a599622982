using ImagePusher.Tests.Fleet;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>-PlanOnly writes the output of -WhatIf as objects, changes nothing, and corresponds to the later copy.</summary>
public sealed class PlanTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Push-ImageTar $new -Destination $registry", "localhost:*/new:1", "Encode Upload")]
    [InlineData("Push-CachedImage example.com/cached:1 -Destination $registry", "localhost:*/cached:1", "Upload Upload")]
    [InlineData("Copy-RegistryImage $registry/there:1 -Destination $registry/copy:1", "localhost:*/copy:1", "Mount Mount")]
    [InlineData("Save-ImageToCache $registry/there:1", "localhost:*/there:1", "Upload Upload")]
    [InlineData("Import-ImageTar $new", "example.com/new:1", "Encode Upload")]
    [InlineData("Import-ImageTar $new -Compression None", "example.com/new:1", "Upload Upload")]
    [InlineData("Export-ImageTar example.com/cached:1 -Path ($new + '.export')", "example.com/cached:1", "Upload Upload")]
    [InlineData("Export-ImageTar example.com/cached:1 -Path ($new + '.export') -Format Docker", "example.com/cached:1", "Decode Upload")]
    public async Task A_plan_is_an_object_and_changes_nothing(string script, string name, string actions)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = new Engine
        {
            ["cached"] = _images.Write("cached"),
            ["new"] = _images.Write("new"),
            ["there"] = _images.Write("there"),
            ["registry"] = proxy.Address,
        };
        await engine.OutputAsync("Import-ImageTar $cached; Push-ImageTar $there -Destination $registry", Token);
        proxy.Forget();
        var before = CacheSnapshot.Of(engine.CachePath, withState: true);
        var files = Directory.GetFileSystemEntries(_images[""]);
        foreach (var also in new[] { "", " -WhatIf", " -Confirm" })
        {
            var plan = await engine.SingleAsync($"{script} -PlanOnly{also}", Token);
            Assert.Equal("ImagePusher.Output.ImageCopyPlan", plan.GetType().FullName);
            Assert.Matches(name.Replace("*", "[0-9]+", StringComparison.Ordinal), (string)plan.Reference);
            Assert.Equal(actions.Split(' '), ((IEnumerable<dynamic>)plan.Blobs).Select(blob => (string)blob.Action));
            Assert.False((bool)plan.IsPublished);
        }

        Assert.Empty(engine.Host.Questions);
        Assert.All(proxy.Requests, request => Assert.Contains(request.Method, new[] { "GET", "HEAD" }));
        before.IsStill(engine.CachePath, withState: true);
        Assert.Equal(files, Directory.GetFileSystemEntries(_images[""]));
    }

    [Fact]
    public async Task The_plan_matches_the_sent_content()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = new Engine
        {
            ["base"] = _images.Write("base.tar", DockerSave.Of("example.com/base:1", SmallImages.LayerOf("shared")).ToArray()),
            ["app"] = _images.Write("app.tar",
                DockerSave.Of("example.com/app:1", SmallImages.LayerOf("shared"), SmallImages.LayerOf("own", 30_000)).ToArray()),
            ["registry"] = proxy.Address,
        };
        await engine.OutputAsync("$null = Import-ImageTar $base, $app; Push-CachedImage example.com/base:1 -Destination $registry", Token);

        // The shared layer is mounted in another repository; only new content is sent to its own repository.
        foreach (var destination in new[] { "$registry", "$registry/base:2" })
        {
            var plan = await engine.SingleAsync($"Push-CachedImage example.com/app:1 -Destination {destination} -PlanOnly", Token);
            proxy.Forget();
            var result = await engine.SingleAsync($"Push-CachedImage example.com/app:1 -Destination {destination}", Token);
            Assert.Equal((string)plan.Digest, (string)result.Digest);
            Assert.Equal((string)plan.Reference, (string)result.Reference);
            Assert.Equal((long)plan.BytesToSend, proxy.BytesUp("PATCH|PUT", "/blobs/"));
            var layers = ((IEnumerable<dynamic>)plan.Blobs).Where(blob => (string)blob.Kind == "Layer").Select(blob => (string)blob.Action)
                .ToList();
            Assert.Equal((long)result.Uploaded, layers.Count(action => action == "Upload"));
            Assert.Equal((long)result.Mounted, layers.Count(action => action == "Mount"));
            Assert.Equal((long)result.Existing, layers.Count(action => action == "Exists"));
        }

        var nothing = await engine.SingleAsync("Push-CachedImage example.com/app:1 -Destination $registry -PlanOnly", Token);
        Assert.True((bool)nothing.IsPublished);
        Assert.Equal(0, (long)nothing.BytesToSend);
        Assert.Equal(0, (long)(await engine.SingleAsync("Push-CachedImage example.com/app:1 -Destination $registry", Token)).BytesSent);
    }

    [Fact]
    public async Task A_layer_that_was_compressed_before_is_planned_with_its_size_and_the_digest_is_known()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address };
        var first = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry -PlanOnly", Token);
        Assert.Null((string?)first.Digest);
        Assert.Equal(SmallImages.LayerOf("app").Length, (long)first.BytesToEncode);
        var pushed = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token);
        await registry.EmptyAsync();
        var second = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry -PlanOnly", Token);
        Assert.Equal((string)pushed.Digest, (string)second.Digest);
        Assert.Equal((string)pushed.SourceDigest, (string)second.SourceDigest);
        Assert.Equal(0, (long)second.BytesToEncode);
        Assert.InRange((long)second.BytesToSend, 10_000, 12_000);
    }

    [Fact]
    public async Task A_plan_needs_only_GET_HEAD_and_token_requests()
    {
        await using var tokens = TokenServer.Start(
            new TokenServerOptions { Users = new Dictionary<string, string> { [RegistryFixture.User] = RegistryFixture.Password } });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address,
            ["credential"] = RegistryFixture.Credential };
        await engine.OutputAsync(
            "$null = Import-ImageTar $tar; Push-CachedImage * -Destination $registry -Credential $credential -PlanOnly", Token);
        Assert.NotEmpty(tokens.Requests);
        var requests = await registry.RequestsAsync(Token);
        Assert.NotEmpty(requests);
        Assert.All(requests, request => Assert.Contains(request.Method, new[] { "GET", "HEAD" }));
    }

    [Fact]
    public async Task A_plan_rejects_the_same_images_as_the_copy()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tar"] = _images.Write("app"),
            ["other"] = _images.Write("other"),
            ["registry"] = registry.Address,
        };
        await engine.OutputAsync("Import-ImageTar $tar; Push-ImageTar $tar, $other -Destination $registry", Token);
        await engine.FailsAsync("Copy-RegistryImage $registry/app:1 -Destination $registry/other:1 -NoClobber -PlanOnly",
            "DestinationConflict");
        await engine.FailsAsync("Push-CachedImage none:1 -Destination $registry -PlanOnly", "ImageNotCached");
        await engine.FailsAsync("Save-ImageToCache $registry/none:1 -PlanOnly", "ManifestNotFound");
        await engine.FailsAsync("Export-ImageTar * $tar -PlanOnly", "DestinationConflict", "app.tar");
        await engine.FailsAsync("Export-ImageTar * ($tar + '/no/such.tar') -PlanOnly", "PathNotFound", "such.tar");
        await engine.FailsAsync("Export-ImageTar * . -Force -PlanOnly", "InvalidOption", "is a folder; a file is needed");
    }

    [Fact]
    public async Task Several_images_of_one_tar_are_planned_as_they_are_written()
    {
        using var engine = new Engine
        {
            ["tars"] = new[]
            {
                _images.Write("one.tar", DockerSave.Of("example.com/one:1", SmallImages.LayerOf("shared")).ToArray()),
                _images.Write("two.tar",
                    DockerSave.Of("example.com/two:1", SmallImages.LayerOf("shared"), SmallImages.LayerOf("own")).ToArray()),
            },
            ["out"] = _images["out.tar"],
        };
        await engine.OutputAsync("Import-ImageTar $tars -Compression None", Token);
        var plans = await engine.OutputAsync("Export-ImageTar * $out -PlanOnly", Token);
        Assert.Equal(2, plans.Count);
        var planned = plans.Sum(plan => (long)((dynamic)plan).BytesToSend);
        await engine.OutputAsync("Export-ImageTar * $out", Token);
        using var tar = new System.Formats.Tar.TarReader(File.OpenRead(_images["out.tar"]));
        var written = 0L;
        while (tar.GetNextEntry() is { } entry)
        {
            // Blobs alone: manifests are small and not part of a plan's bytes.
            written += entry.Name.StartsWith("blobs/", StringComparison.Ordinal) && !IsManifest(entry) ? entry.Length : 0;
        }

        Assert.Equal(planned, written);
    }

    [Fact]
    public async Task Referrers_that_would_be_copied_are_in_the_plan()
    {
        await using var source = await SignedImage.StartAsync(Token);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["from"] = source.Reference, ["registry"] = registry.Address };
        var plan = await engine.SingleAsync("Copy-RegistryImage $from -Destination $registry -IncludeReferrers -PlanOnly", Token);
        Assert.Contains(source.Sbom.Digest, (IEnumerable<string>)plan.Referrers);
        Assert.Empty((IEnumerable<string>)(
            await engine.SingleAsync("Copy-RegistryImage $from -Destination $registry -PlanOnly", Token)).Referrers);
    }

    [Fact]
    public async Task Plans_select_the_images_to_copy()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tars"] = new[] { _images.Write("small"), _images.Write("large", 200_000) },
            ["registry"] = registry.Address };
        var output = await engine.OutputAsync(
            """
            $null = Import-ImageTar $tars
            Push-CachedImage * -Destination $registry -PlanOnly |
                Where-Object BytesToSend -lt 50KB |
                ForEach-Object { Push-CachedImage $_.Source -Destination $_.Reference }
            """,
            Token);
        Assert.EndsWith("/small:1", ((dynamic)Assert.Single(output)).Reference, StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private static bool IsManifest(System.Formats.Tar.TarEntry entry)
    {
        if (entry.Length > 10_000 || entry.DataStream is null)
        {
            return false;
        }

        using var reader = new StreamReader(entry.DataStream, leaveOpen: true);
        return reader.ReadToEnd().Contains("schemaVersion", StringComparison.Ordinal);
    }
}

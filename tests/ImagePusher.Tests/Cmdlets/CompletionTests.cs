using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Completion: from the cache, the session and docker's files, without requests.</summary>
public sealed class CompletionTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task References_of_the_cache_by_their_short_or_full_names()
    {
        using var engine = new Engine
        {
            ["tars"] = new[]
            {
                _images.Write("a.tar", DockerSave.Of("nginx:1.27", LayerTar.Of("a", "a")).ToArray()),
                _images.Write("b.tar", DockerSave.Of("example.com/team/web:1", LayerTar.Of("b", "b")).ToArray()),
            },
            ["other"] = _images["other cache"],
        };
        await engine.OutputAsync("Import-ImageTar $tars", Token);
        foreach (var cmdlet in new[] { "Get-CachedImage", "Push-CachedImage", "Test-CachedImage", "Remove-CachedImage",
            "Repair-CachedImage", "Export-ImageTar", "Save-ImageToCache" })
        {
            Assert.Equal(["example.com/team/web:1", "nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} "));
            Assert.Equal(["nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} ngi"));
            Assert.Equal(["nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} -Reference n*x"));
            Assert.Equal(["docker.io/library/nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} -Reference docker.io/"));
            Assert.Equal(["example.com/team/web:1"], await CompleteAsync(engine, $"{cmdlet} nginx:1.27, web"));
            Assert.Equal(["example.com/team/web:1"], await CompleteAsync(engine, $"{cmdlet} 'web"));
            Assert.DoesNotContain("nginx:1.27", await CompleteAsync(engine, $"{cmdlet} nothing"));
        }

        // The path in -CachePath has precedence, whether it is relative or absolute.
        await engine.OutputAsync("Set-ImageCache $other; $null = Import-ImageTar $tars[1]; Set-ImageCache $env:IMAGEPUSHER_CACHE", Token);
        Assert.Equal(["example.com/team/web:1"],
            await CompleteAsync(engine, "Push-CachedImage -CachePath $other -Reference ", withVariables: true));
        await engine.OutputAsync("$null = $ExecutionContext.SessionState.Path.SetLocation([IO.Path]::GetDirectoryName($other))", Token);
        Assert.Equal(["example.com/team/web:1"], await CompleteAsync(engine, "Push-CachedImage -CachePath './other cache' -Reference "));

        var digest = (string)(await engine.SingleAsync("Get-CachedImage nginx:1.27", Token)).Digest;
        Assert.Contains(digest, await CompleteAsync(engine, "Get-CachedImage -Digest "));
        Assert.Equal([digest], await CompleteAsync(engine, $"Push-CachedImage -Digest {digest[..20]}"));
    }

    [Fact]
    public async Task Tags_repositories_and_registries_of_the_session_are_completed_without_a_request()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = new Engine { ["registry"] = proxy.Address, ["tars"] = new[] { _images.Write("app"), _images.Write("web") } };
        await engine.OutputAsync("Push-ImageTar $tars -Destination $registry/team/", Token);
        Assert.Equal([$"{proxy.Address}/team/app:1", $"{proxy.Address}/team/web:1"], await CompleteAsync(engine, "Get-RegistryManifest "));

        // A new session has no values until it receives some from a registry.
        await engine.OutputAsync($"Remove-Module ImagePusher; Import-Module '{Repository.ModuleManifest}'", Token);
        Assert.Empty(await ReferencesAsync(engine, "Get-RegistryManifest "));
        await engine.OutputAsync("Get-RegistryRepository $registry", Token);
        Assert.Equal([$"{proxy.Address}/team/app", $"{proxy.Address}/team/web"], await CompleteAsync(engine, "Get-RegistryTag "));
        await engine.OutputAsync("Get-RegistryTag $registry/team/app", Token);
        proxy.Forget();
        foreach (var cmdlet in new[] { "Get-RegistryManifest", "Save-ImageToCache", "Copy-RegistryImage", "Remove-RegistryImage",
            "Get-RegistryReferrer", "Get-RegistryRateLimit" })
        {
            Assert.Equal([$"{proxy.Address}/team/app:1"], await CompleteAsync(engine, $"{cmdlet} {proxy.Address}/team/app:"));
        }

        foreach (var cmdlet in new[] { "Push-ImageTar x.tar", "Push-CachedImage x", "Copy-RegistryImage x" })
        {
            Assert.Equal([proxy.Address], await CompleteAsync(engine, $"{cmdlet} -Destination local"));
            Assert.Equal(
                [$"{proxy.Address}/team/", $"{proxy.Address}/team/app", $"{proxy.Address}/team/web"],
                await CompleteAsync(engine, $"{cmdlet} -Destination {proxy.Address}/"));
        }

        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task Registries_of_connections_options_local_ones_and_docker_s_files()
    {
        using var engine = new Engine();
        Directory.CreateDirectory(engine.DockerConfigFolder);
        await File.WriteAllTextAsync(
            Path.Combine(engine.DockerConfigFolder, "config.json"),
            """
            {
              // docker takes comments
              "auths": { "https://index.docker.io/v1/": {}, "ghcr.io": { "auth": "dXNlcjpzZWNyZXQ=" }, "quay.io/team": {} },
              "credHelpers": { "1234.dkr.ecr.eu-west-1.amazonaws.com": "no-such-helper" },
              "credsStore": "no-such-store",
            }
            """,
            Token);
        var local = (string)(await engine.SingleAsync(
            "Set-RegistryOption registry.example.com -ThrottleLimit 2; (Start-LocalRegistry -Port 0 -Path ($env:IMAGEPUSHER_CACHE + "
                + "'.served')).Registry", Token)).ToString()!;
        try
        {
            string[] all = ["1234.dkr.ecr.eu-west-1.amazonaws.com", "docker.io", "ghcr.io", local, "quay.io", "registry.example.com"];
            foreach (var line in new[]
            {
                "Connect-Registry ", "Disconnect-Registry ", "Get-RegistryConnection ", "Get-RegistryOption ", "Set-RegistryOption ",
                "Get-RegistryRepository ",
                "Push-ImageTar x.tar -Destination ", "Push-CachedImage x -Destination ", "Copy-RegistryImage x -Destination ",
            })
            {
                Assert.Equal(all.Order(StringComparer.Ordinal), await CompleteAsync(engine, line));
            }

            Assert.Equal(["ghcr.io"], await CompleteAsync(engine, "Connect-Registry gh"));
            Assert.Equal([local], await CompleteAsync(engine, "Stop-LocalRegistry "));
            Assert.Equal([local], await CompleteAsync(engine, "Get-LocalRegistry loc"));
        }
        finally
        {
            await engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry", Token);
        }
    }

    [Fact]
    public async Task Damaged_files_do_not_prevent_other_completions()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        Directory.CreateDirectory(engine.DockerConfigFolder);
        await File.WriteAllTextAsync(Path.Combine(engine.DockerConfigFolder, "config.json"), "{", Token);
        Directory.CreateDirectory(engine.CachePath);
        await File.WriteAllTextAsync(Path.Combine(engine.CachePath, "index.json"), "{", Token);
        Assert.Equal([registry.Address], await CompleteAsync(engine, "Connect-Registry "));
        Assert.Equal([$"{registry.Address}/app:1"], await CompleteAsync(engine, "Get-RegistryManifest "));
        Assert.Equal([$"{registry.Address}/app:1"], await CompleteAsync(engine, "Get-RegistryManifest -CachePath nodrive:/x -Reference "));
        Assert.Empty(await ReferencesAsync(engine, "Push-CachedImage '["));
    }

    [Theory]
    [InlineData("Save-ImageToCache x -Platform linux/arm", "linux/arm/v6 linux/arm/v7 linux/arm64")]
    [InlineData("Push-ImageTar x -Destination y -Platform linux/amd64, win", "windows/amd64")]
    [InlineData("Import-ImageTar x -Platform s39", "linux/s390x")]
    [InlineData("Copy-RegistryImage x y -Platform linux/3", "linux/386")]
    [InlineData("Get-RegistryManifest x -Platform ppc", "linux/ppc64le")]
    [InlineData("Push-ImageTar x -Compression ", "Auto Gzip None Zstd")]
    [InlineData("Set-RegistryOption -UploadForm m", "Monolithic")]
    [InlineData("Set-RegistryOption -UploadForm ", "Auto Chunked Monolithic Stream")]
    [InlineData("Import-ImageTar x -ManifestFormat ", "Docker Oci")]
    [InlineData("Export-ImageTar x y -Format ", "Docker Oci")]
    [InlineData("Push-ImageTar -Plan", "-PlanOnly")]
    public async Task Platforms_and_named_values(string line, string offered)
    {
        using var engine = new Engine();
        Assert.Equal(offered.Split(' '), await CompleteAsync(engine, line));
    }

    [Fact]
    public async Task The_prompt_for_Destination_describes_its_three_forms()
    {
        using var engine = new Engine();
        foreach (var cmdlet in new[] { "Push-ImageTar", "Push-CachedImage", "Copy-RegistryImage" })
        {
            var help = (string)(await engine.SingleAsync(
                $"((Get-Command {cmdlet}).Parameters['Destination'].Attributes | Where-Object {{ $_ -is [Parameter] }}).HelpMessage",
                Token)).ToString()!;
            Assert.All(new[] { "localhost:5000)", "localhost:5000/team/)", "localhost:5000/team/app:1.0)" },
                form => Assert.Contains(form, help, StringComparison.Ordinal));
        }
    }

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Images_and_platforms_of_the_archive_of_the_command()
    {
        var tar = _images.Write("several.tar",
            new DockerSave().Add(["example.com/one:1"], LayerTar.Of("a", "a")).Add(["nginx:1.27"], LayerTar.Of("b", "b")).ToArray());
        using var engine = new Engine();
        foreach (var cmdlet in new[] { "Push-ImageTar", "Import-ImageTar", "Get-ImageTar" })
        {
            Assert.Equal(["example.com/one:1", "nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} '{tar}' -Image "));
            Assert.Equal(["nginx:1.27"], await CompleteAsync(engine, $"{cmdlet} -LiteralPath '{tar}' -Image ng"));
        }

        Assert.Equal(["linux/amd64"], await CompleteAsync(engine, $"Push-ImageTar '{tar}' -Platform "));
        Assert.Contains("linux/arm64", await CompleteAsync(engine, "Push-ImageTar ./none.tar -Platform "));
    }

    [Fact]
    public async Task Names_of_environment_variables_but_not_their_values()
    {
        using var variable = new EnvironmentScope(("COMPLETION_TEST_SECRET", "s3cret"));
        using var engine = new Engine();
        Assert.Equal(["COMPLETION_TEST_SECRET"],
            await CompleteAsync(engine, "Connect-Registry localhost -UserName me -PasswordVariable COMPLETION_TEST"));
    }

    [Theory]
    [InlineData("plain-1.0:x", "plain-1.0:x")]
    [InlineData("with space", "'with space'")]
    [InlineData("o'clock", "'o''clock'")]
    [InlineData("[1]", "'[1]'")]
    [InlineData("#hash", "'#hash'")]
    [InlineData("a;b", "'a;b'")]
    [InlineData("<x>", "'<x>'")]
    [InlineData("a\"b", "'a\"b'")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("$x", "'$x'")]
    public async Task Names_are_quoted_where_PowerShell_needs_it(string name, string expected)
    {
        using var engine = new Engine();
        Directory.CreateDirectory(Path.Combine(engine.CachePath, "blobs", "sha256"));
        await File.WriteAllTextAsync(Path.Combine(engine.CachePath, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", Token);
        await File.WriteAllTextAsync(
            Path.Combine(engine.CachePath, "index.json"),
            $$$"""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
                "digest":"sha256:{{{new string('a', 64)}}}","size":2,
                "annotations":{"org.opencontainers.image.ref.name":{{{System.Text.Json.JsonSerializer.Serialize(name)}}}}}]}
                """,
            Token);
        Assert.Equal([expected], await CompleteAsync(engine, "Get-CachedImage "));
    }

    private static async Task<IReadOnlyList<string>> CompleteAsync(Engine engine, string line, bool withVariables = false)
    {
        // The completer sees literal values of other parameters alone, so a variable is written out.
        engine["line"] = withVariables ? line.Replace("$other", $"'{engine["other"]}'", StringComparison.Ordinal) : line;
        var output = await engine.OutputAsync("(TabExpansion2 $line $line.Length).CompletionMatches | ForEach-Object CompletionText",
            Token);
        return [.. output.Select(text => text.ToString()).Order(StringComparer.Ordinal)];
    }

    // If no completer returns a result, PowerShell offers the files of the current folder, which are not references.
    private static async Task<IReadOnlyList<string>> ReferencesAsync(Engine engine, string line) =>
        [.. (await CompleteAsync(engine, line)).Where(
            text => !File.Exists(Path.GetFullPath(text.Trim('\''))) && !Directory.Exists(Path.GetFullPath(text.Trim('\''))))];
}

using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>The local registry with other tools: skopeo and podman push and pull, nginx adds TLS.</summary>
public sealed class LocalRegistryTests
{
    private static readonly string[] Skopeo = ["--insecure-policy", "copy", "-q", "--all"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("oci", "app")]
    [InlineData("oci", "app", "--format", "v2s2")]
    [InlineData("zstd-layers", "app")]
    [InlineData("index", "multi")]
    [InlineData("artifact", "sbom")]
    public async Task Skopeo_pushes_and_pulls(string layout, string name, params string[] options)
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine();
        var registry = await StartAsync(engine);
        await ExternalTools.RunAsync("skopeo",
            [.. Skopeo, .. options, "--dest-tls-verify=false", $"oci:{images[layout]}:{name}", $"docker://{registry}/team/app:1"], Token);
        var cached = await engine.SingleAsync("Get-CachedImage localhost/team/app:1", Token);
        if (options.Length == 0)
        {
            Assert.Equal(RawManifest.OfLayout(images[layout], name).Digest, (string)cached.Digest);
        }

        await ExternalTools.RunAsync("skopeo",
            [.. Skopeo, "--preserve-digests", "--src-tls-verify=false", $"docker://{registry}/team/app:1", $"dir:{folder["read"]}"], Token);
        Assert.Equal((string)cached.Digest, Http.DigestOf(await File.ReadAllBytesAsync(folder["read", "manifest.json"], Token)));
    }

    [Theory]
    [InlineData("blob")]
    [InlineData("manifest")]
    [InlineData("link")]
    public async Task Damage_in_the_cache_is_404_and_one_warning_of_the_next_command(string what)
    {
        Assert.SkipWhen(what == "link" && OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var images = new SmallImages();
        using var engine = new Engine { ["tar"] = images.Write("app") };
        var image = await engine.SingleAsync("Import-ImageTar $tar", Token);
        var registry = await StartAsync(engine);
        var blobs = Path.Combine(engine.CachePath, "blobs", "sha256");
        var name = what == "manifest" ? ((string)image.Digest)[7..]
            : Path.GetFileName(new DirectoryInfo(blobs).GetFiles().MaxBy(file => file.Length)!.FullName);
        var file = Path.Combine(blobs, name);
        var content = await File.ReadAllBytesAsync(file, Token);
        File.Delete(file);
        if (what == "link")
        {
            File.CreateSymbolicLink(file, images.Write("elsewhere", content));
        }
        else
        {
            content[^1] ^= 1;
            await File.WriteAllBytesAsync(file, content, Token);
        }

        using var http = new HttpClient();
        for (var count = 0; count < 3; count++)
        {
            using var answer = await http.GetAsync(
                new Uri($"http://{registry}/v2/app/{(what == "manifest" ? "manifests/1" : $"blobs/sha256:{name}")}"), Token);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Contains(name, Assert.Single((await engine.RunAsync("Get-LocalRegistry", Token)).WithoutErrors().Warnings),
            StringComparison.Ordinal);
        Assert.Empty((await engine.RunAsync("Get-LocalRegistry", Token)).Warnings);
    }

    [Fact]
    public async Task Podman_pushes_and_pulls()
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine();
        var registry = await StartAsync(engine);

        // podman requires the file that the environment names.
        var settings = new ToolSettings
            { Environment = new Dictionary<string, string?> { ["REGISTRY_AUTH_FILE"] = folder.Write("auth.json", "{}") } };
        Task<ToolResult> PodmanAsync(params string[] arguments) =>
            ExternalTools.RunAsync("podman",
                ["--root", folder["store"], "--runroot", folder["run"], "--storage-driver", "vfs", .. arguments], settings, Token);
        await PodmanAsync("load", "-q", "-i", images["docker-archive.tar"]);
        await PodmanAsync("tag", "example.com/team/app:1.0", $"{registry}/team/app:1");
        var id = (await PodmanAsync("image", "inspect", "--format", "{{.Id}}", $"{registry}/team/app:1")).Output;
        await PodmanAsync("push", "-q", "--tls-verify=false", $"{registry}/team/app:1");
        Assert.True((bool)(await engine.SingleAsync("Test-CachedImage localhost/team/app:1 -Full -Quiet", Token)));

        await PodmanAsync("rmi", "--all", "--force");
        await PodmanAsync("pull", "-q", "--tls-verify=false", $"{registry}/team/app:1");
        Assert.Equal(id, (await PodmanAsync("image", "inspect", "--format", "{{.Id}}", $"{registry}/team/app:1")).Output);

        // podman's files are read-only, also when the directory is removed.
        await PodmanAsync("rmi", "--all", "--force");
    }

    [Fact]
    public async Task A_registry_with_a_password_accepts_skopeo_only_with_it()
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var engine = new Engine { ["who"] = RegistryFixture.Credential };
        var registry = await StartAsync(engine, "-Credential $who");
        Task<ToolResult> PushAsync(params string[] login) => ExternalTools.RunAsync(
            "skopeo", [.. Skopeo, "--dest-tls-verify=false", .. login, $"oci:{images["oci"]}:app", $"docker://{registry}/team/app:1"],
            new ToolSettings { AllowFailure = true }, Token);
        foreach (var login in new string[][] { ["--dest-no-creds"], ["--dest-creds", "pusher:wrong"] })
        {
            var refused = await PushAsync(login);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("unauthorized", refused.Error, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(0, (await PushAsync("--dest-creds", RegistryFixture.UserAndPassword)).ExitCode);
        Assert.Single(await engine.OutputAsync("Get-CachedImage localhost/team/app:1", Token));
    }

    [Fact]
    public async Task A_read_only_registry_accepts_no_push()
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine { ["tar"] = images["docker-archive.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        var registry = await StartAsync(engine, "-ReadOnly");
        await ReferenceTools.CopyAsync($"docker://{registry}/team/app:1.0", folder["copy"], "app", Token);
        var refused = await ExternalTools.RunAsync(
            "skopeo", [.. Skopeo, "--dest-tls-verify=false", $"oci:{folder["copy"]}:app", $"docker://{registry}/team/other:1"],
            new ToolSettings { AllowFailure = true }, Token);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("denied", refused.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Single(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task Nginx_adds_TLS()
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var folder = new TemporaryFolder();
        using var certificates = new TestCertificates();
        using var engine = new Engine { ["authority"] = certificates.AuthorityFile, ["who"] = RegistryFixture.Credential };
        var registry = await StartAsync(engine, "-Credential $who");
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "operate", "local-registry.md"), Token);
        var server = page.Split("```nginx\n")[1].Split("```")[0]
            .Replace("localhost:5000", registry, StringComparison.Ordinal)
            .Replace("/etc/ssl/registry.pem", certificates.ServerCertificateFile, StringComparison.Ordinal)
            .Replace("/etc/ssl/registry.key", certificates.ServerKeyFile, StringComparison.Ordinal);
        await using var nginx = await Nginx.StartAsync(
            registry, new NginxOptions { Certificates = certificates,
                Server = port => server.Replace("listen 443", $"listen 127.0.0.1:{port}", StringComparison.Ordinal) }, Token);
        folder.Folder("certs");
        File.Copy(certificates.AuthorityFile, folder["certs", "ca.crt"]);
        await ExternalTools.RunAsync(
            "skopeo", [.. Skopeo, "--dest-cert-dir", folder["certs"], "--dest-creds", RegistryFixture.UserAndPassword,
                $"oci:{images["oci"]}:app", $"docker://{nginx.Address}/team/app:1"], Token);
        engine["there"] = nginx.Address;
        await engine.OutputAsync("Connect-Registry $there -CertificateAuthority $authority -Credential $who -PlainHttp:$false", Token);
        var copied = await engine.SingleAsync("Copy-RegistryImage \"$there/team/app:1\" -Destination \"$there/team/second:1\"", Token);
        Assert.Equal(RawManifest.OfLayout(images["oci"], "app").Digest, (string)copied.Digest);
        Assert.Equal(2, (await engine.OutputAsync("Get-CachedImage", Token)).Count);
    }

    private static async Task<string> StartAsync(Engine engine, string parameters = "") =>
        (string)(await engine.SingleAsync($"Start-LocalRegistry -Port 0 {parameters}", Token)).Registry;
}

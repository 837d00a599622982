using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Schemes, certificates, proxies, mirrors and path prefixes.</summary>
public sealed class TlsAndProxyTests : IDisposable
{
    private static readonly TestImage Image = TestImage.Of([1]);

    private readonly TestCertificates _certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("no certificate\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void A_file_of_authorities_without_a_certificate_is_an_error_that_names_it(string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("ca.pem", text);
        var error = Assert.Throws<InvalidOptionException>(() => HostCertificates.Load(
            "registry.test", new RegistrySettings { CertificateAuthority = file }, new RegistryClientOptions { CertificateFolders = [] }));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("no certificate in PEM format.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopback_is_requested_by_http_first_and_by_https_without_an_http_server()
    {
        await using var plain = Serve();
        await using var secure = Serve(_certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { CertificateAuthority = _certificates.AuthorityFile });
        await session.Repository(plain.Address).ResolveAsync("1", Token);
        await session.Repository(secure.Address).ResolveAsync("1", Token);
        Assert.Contains($"GET http://{plain.Address}/v2/team/app/manifests/1", session.Log.Text, StringComparison.Ordinal);
        Assert.Contains($"GET https://{secure.Address}/v2/team/app/manifests/1", session.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Client sent an HTTP request to an HTTPS server.\n")]
    [InlineData("<html><center>The plain HTTP request was sent to HTTPS port</center></html>")]
    public async Task A_server_that_requires_https_is_requested_by_https(string body)
    {
        // The server does not speak TLS: the failure shows that TLS was tried.
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(400, body, "text/plain"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_hosts_are_requested_by_https_only()
    {
        var asked = new List<string>();
        await using var proxy = LoopbackServer.Start(exchange =>
        {
            asked.Add($"{exchange.Method} {exchange.Target}");
            return exchange.RespondAsync(502);
        });
        await using var session = new RegistrySession(change: options => options with { Proxy = new WebProxy(proxy.Url) });
        await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository("registry.test", retries: 0).ResolveAsync("1", Token));
        Assert.Equal(["CONNECT registry.test:443"], asked);
    }

    [Fact]
    public async Task PlainHttp_is_http_for_any_host_and_goes_through_the_proxy()
    {
        var asked = new List<string>();
        await using var proxy = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true },
            change: options => options with { Proxy = new WebProxy(proxy.Url) });
        await session.Repository("registry.test:5000").ResolveAsync("1", Token);
        Assert.Equal(["http://registry.test:5000/v2/", "http://registry.test:5000/v2/team/app/manifests/1"], asked);
    }

    [Fact]
    public async Task PlainHttp_of_a_call_applies_to_that_call()
    {
        await using var server = Serve();
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var repository = session.Client.GetRepository(server.Address, "team/app", new RequestOptions { PlainHttp = true });
        await repository.ResolveAsync("1", Token);
    }

    [Fact]
    public async Task Loopback_never_uses_a_proxy()
    {
        await using var server = Serve();
        await using var session = new RegistrySession(change: options => options with { Proxy = new WebProxy("http://127.0.0.1:9/") });
        await session.Repository(server.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task A_certificate_authority_of_the_options_is_trusted()
    {
        await using var server = Serve(_certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile });
        await session.Repository(server.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_trusted()
    {
        using var others = new TestCertificates();
        await using var server = Serve(_certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = others.AuthorityFile });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("could not be trusted", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.2")]
    [InlineData("1.3.6.1.5.5.7.3.3")]
    [InlineData("1.3.6.1.5.5.7.3.4")]
    public async Task A_certificate_for_another_purpose_is_not_trusted_with_a_private_authority(string usage)
    {
        using var certificates = TestCertificates.WithServerUsage(usage);
        await using var server = Serve(certificates);
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = certificates.AuthorityFile });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("could not be trusted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_without_extended_key_usage_is_trusted()
    {
        using var certificates = TestCertificates.WithServerUsage(null);
        await using var server = Serve(certificates);
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = certificates.AuthorityFile });
        await session.Repository(server.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_rejected()
    {
        // The certificate names localhost and the loopback addresses; 127.0.0.2 is not one of them.
        await using var server = Serve(_certificates);
        var address = server.Address.Replace("localhost", "127.0.0.2", StringComparison.Ordinal);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile });
        await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(address, retries: 0).ResolveAsync("1", Token));
    }

    [Fact]
    public async Task SkipCertificateCheck_accepts_any_certificate()
    {
        await using var server = Serve(_certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false, SkipCertificateCheck = true });
        await session.Repository(server.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task Options_are_per_registry()
    {
        await using var server = Serve(_certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        var options = session.Client.GetSettings(server.Address) with { CertificateAuthority = _certificates.AuthorityFile };
        session.Client.SetSettings(server.Address, options);
        Assert.Equal(options, session.Client.ConfiguredRegistries[server.Address]);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.True(session.Client.RemoveSettings(server.Address));
        await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
    }

    [Fact]
    public async Task Certificates_are_found_in_the_folders_of_docker()
    {
        ExternalTools.Require("docker-registry");
        await using var registry =
            await DockerRegistry.StartAsync(new DockerRegistryOptions { Certificates = _certificates, WantsClientCertificate = true },
                Token);
        using var folder = new TemporaryFolder();
        folder.Write($"{registry.Address}/ca.crt", File.ReadAllText(_certificates.AuthorityFile));
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false },
            change: options => options with { CertificateFolders = [folder.FullName] });
        await Assert.ThrowsAnyAsync<RegistryException>(
            () => session.Client.PingAsync(registry.Address, new RequestOptions { Log = session.Log, MaximumRetryCount = 0 }, Token));

        folder.Write($"{registry.Address}/client.cert", File.ReadAllText(_certificates.ClientCertificateFile));
        folder.Write($"{registry.Address}/client.key", File.ReadAllText(_certificates.ClientKeyFile));
        await using var again = new RegistrySession(RegistrySession.Quick with { PlainHttp = false },
            change: options => options with { CertificateFolders = [folder.FullName] });
        await again.Repository(registry.Address).WriteBlobAsync(MemoryBlob.Random(100_000), Token);
    }

    [Theory]
    [InlineData("pem with key beside")]
    [InlineData("pem with key inside")]
    [InlineData("pfx")]
    public async Task A_client_certificate_is_sent(string form)
    {
        ExternalTools.Require("docker-registry");
        await using var registry =
            await DockerRegistry.StartAsync(new DockerRegistryOptions { Certificates = _certificates, WantsClientCertificate = true },
                Token);
        using var folder = new TemporaryFolder();
        var file = form switch
        {
            "pfx" => folder.Write("client.pfx",
                _certificates.Client.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pfx)),
            "pem with key inside" => folder.Write("client.pem",
                File.ReadAllText(_certificates.ClientCertificateFile) + "\n" + File.ReadAllText(_certificates.ClientKeyFile)),
            _ => _certificates.ClientCertificateFile,
        };
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile, ClientCertificate = file });
        await session.Client.PingAsync(registry.Address, new RequestOptions { Log = session.Log }, Token);
    }

    [Theory]
    [InlineData("no-such-file.pem")]
    [InlineData("text.pem")]
    public async Task A_certificate_file_that_cannot_be_used_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("text.pem", "-----BEGIN CERTIFICATE-----\nno base64 !\n-----END CERTIFICATE-----\n");
        await using var session = new RegistrySession(RegistrySession.Quick with { ClientCertificate = folder[name] });
        var error = Assert.ThrowsAny<ImagePusherException>(() => session.Repository("localhost:9"));
        Assert.Equal(File.Exists(folder[name]) ? typeof(InvalidOptionException) : typeof(PathNotFoundException), error.GetType());
        Assert.Contains(folder[name], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_file_that_was_repaired_is_read_again()
    {
        using var folder = new TemporaryFolder();
        await using var server = Serve(_certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = folder["ca.pem"] });
        Assert.Throws<PathNotFoundException>(() => session.Repository(server.Address));
        folder.Write("ca.pem", File.ReadAllText(_certificates.AuthorityFile));
        await session.Repository(server.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task A_mirror_with_a_missing_certificate_file_is_skipped()
    {
        await using var server = Serve();
        await using var session = new RegistrySession();
        session.Client.SetSettings("mirror.test", RegistrySession.Quick with { CertificateAuthority = "no-such-file.pem" });
        session.Client.SetSettings(server.Address, RegistrySession.Quick with { Mirrors = ["mirror.test"] });
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Contains("no-such-file.pem", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_is_read_first_and_the_registry_for_missing_content()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var mirror = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var seen = FaultProxy.Start(registry.Address);
        await using var seenMirror = FaultProxy.Start(mirror.Address);
        var (both, one) = (MemoryBlob.Random(1000), MemoryBlob.Random(1000, 2));
        await using var session = new RegistrySession();
        await session.Repository(seen.Address).WriteBlobAsync(both, Token);
        await session.Repository(seen.Address).WriteBlobAsync(one, Token);
        await session.Repository(mirror.Address, "cache/hub/team/app").WriteBlobAsync(both, Token);
        session.Client.SetSettings(seen.Address, RegistrySession.Quick with { Mirrors = [$"{seenMirror.Address}/cache/hub"] });
        var repository = session.Repository(seen.Address);
        await ReadAsync(repository, both);
        Assert.Equal((1, 0), (seenMirror.Count("GET", "blobs/sha"), seen.Count("GET", "blobs/sha")));
        await ReadAsync(repository, one);
        Assert.Equal((2, 1), (seenMirror.Count("GET", "blobs/sha"), seen.Count("GET", "blobs/sha")));

        // Nothing is written to a mirror.
        await repository.WriteBlobAsync(MemoryBlob.Random(1000, 3), Token);
        Assert.Equal(0, seenMirror.Count("POST|PATCH|PUT"));
    }

    [Theory]
    [InlineData("http://10.0.0.7/x")]
    [InlineData("http://localhost:9/x")]
    [InlineData("http://[::ffff:169.254.169.254]/latest/meta-data")]
    public async Task A_public_mirror_cannot_redirect_to_a_private_network(string location)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            if (exchange.Target.StartsWith("http://mirror.example/v2/team/", StringComparison.Ordinal))
            {
                exchange.Add("Location", location);
                return exchange.RespondAsync(307);
            }

            return exchange.Target.EndsWith("/v2/", StringComparison.Ordinal) ? exchange.RespondAsync(200)
                : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = true }, change: options => options with { Proxy = new WebProxy(world.Url) });
        session.Client.SetSettings("mirror.example", RegistrySession.Quick with { PlainHttp = true });
        session.Client.SetSettings("registry.example", RegistrySession.Quick with { PlainHttp = true, Mirrors = ["mirror.example"] });
        _ = await Record.ExceptionAsync(() => session.Repository("registry.example").ResolveAsync("1", Token));
        Assert.Contains(asked, url => url.StartsWith("http://mirror.example/v2/team/", StringComparison.Ordinal));
        Assert.All(asked, url => Assert.Matches("^http://(mirror|registry)\\.example/v2/", url));
    }

    [Fact]
    public async Task An_unreachable_mirror_is_skipped()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        session.Client.SetSettings(registry.Address, RegistrySession.Quick with { Mirrors = ["localhost:9"] });
        await ReadAsync(session.Repository(registry.Address), blob);
        await ReadAsync(session.Repository(registry.Address), blob);
        Assert.Single(session.Log.Lines, line => line.Contains("is skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_gets_no_credentials_of_the_registry()
    {
        await using var mirror =
            new AuthServer { OnRequest = exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType) };
        await using var session = new RegistrySession(RegistrySession.Quick);
        session.Client.SetSettings("localhost:9", RegistrySession.Quick with { Mirrors = [mirror.Address] });
        await session.Repository("localhost:9", credential: new RegistryCredential("ann", "secret")).ResolveAsync("1", Token);
        Assert.Null(Assert.Single(mirror.TokenRequests).Authorization);
    }

    [Fact]
    public async Task A_path_prefix_is_put_before_the_repository()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession(RegistrySession.Quick with { PathPrefix = "proxy/hub" });
        var blob = MemoryBlob.Random(1000);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal([blob.TrueDigest.ToString()], registry.BlobsOf("proxy/hub/team/app"));
        Assert.Equal($"{registry.Address}/team/app", session.Repository(registry.Address).Description);
    }

    [Fact]
    public async Task nginx_before_a_registry_with_TLS_that_does_not_say_so_is_borne()
    {
        ExternalTools.RequireAll("docker-registry", "nginx");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(registry.Address,
            new NginxOptions { Certificates = _certificates, ForwardsScheme = false, BodyLimit = "0" }, Token);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile });
        await session.Repository(nginx.Address).WriteBlobAsync(MemoryBlob.Random(3_000_000), Token);
        Assert.Single(registry.Blobs());
    }

    private static LoopbackServer Serve(TestCertificates? certificates = null) => LoopbackServer.Start(
        exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType), certificates);

    private static async Task ReadAsync(RegistryRepository repository, MemoryBlob blob)
    {
        await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        await stream.CopyToAsync(Stream.Null, Token);
    }
}

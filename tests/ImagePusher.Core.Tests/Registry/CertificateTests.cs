using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Certificates of registries and of clients: which are trusted, where they are found, and what is wrong with a file.</summary>
public sealed class CertificateTests : EndpointTestBase
{
    [Fact]
    public async Task A_certificate_authority_of_the_options_is_trusted()
    {
        await using var server = Serve(_certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile });
        Assert.Equal(Image.Digest, (await session.Repository(server.Address).ResolveAsync("1", Token)).Digest.ToString());
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
        Assert.Equal(Image.Digest, (await session.Repository(server.Address).ResolveAsync("1", Token)).Digest.ToString());
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
        Assert.Equal(Image.Digest, (await session.Repository(server.Address).ResolveAsync("1", Token)).Digest.ToString());
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
        var blob = MemoryBlob.Random(1000);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Contains(blob.TrueDigest.ToString(), registry.Blobs().Keys);
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
}

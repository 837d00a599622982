using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Mirrors of a registry, and a prefix before its repositories.</summary>
public sealed class RegistryMirrorTests : EndpointTestBase
{
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
}

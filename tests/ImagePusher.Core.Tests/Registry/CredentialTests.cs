using ImagePusher.Core.Abstractions;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The sources of credentials: a call, the session, docker's config.json, podman's auth.json, helpers.</summary>
public sealed class CredentialTests : CredentialTestBase
{
    [Theory]
    [InlineData("{address}")]
    [InlineData("https://{address}")]
    [InlineData("https://{address}/v1/")]
    [InlineData("https://{address}/v2/")]
    [InlineData("http://{address}")]
    public async Task Dockers_auths_are_found_by_the_host_in_all_its_spellings(string key)
    {
        await using var server = NewServer();
        WriteDocker(Auths((key.Replace("{address}", server.Address, StringComparison.Ordinal), "ann:s3cr:et", null)));
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal("Basic " + Encoded("ann:s3cr:et"), server.TokenRequests[0].Authorization);
    }

    [Fact]
    public async Task DOCKER_CONFIG_specifies_the_folder()
    {
        await using var server = NewServer();
        _home.Write("elsewhere/config.json", Auths((server.Address, "ann:s3cr:et", null)));
        _environment["DOCKER_CONFIG"] = _home["elsewhere"];
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.NotNull(server.TokenRequests[0].Authorization);
    }

    [Fact]
    public async Task An_identitytoken_is_a_refresh_token()
    {
        await using var server = NewServer();
        WriteDocker(Auths((server.Address, "00000000-0000-0000-0000-000000000000:", "r3fresh")));
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal("r3fresh", ServerExchange.FormValues(server.TokenRequests[0].Body, "refresh_token").Single());
    }

    [Fact]
    public async Task Docker_Hubs_key_is_its_old_index()
    {
        WriteDocker(Auths(("https://index.docker.io/v1/", "ann:hub", null)));
        using var chain = NewChain();
        Assert.Equal(new RegistryCredential("ann", "hub"),
            await chain.FindAsync("docker.io", "library/nginx", null, NullLogger.Instance, Token));
    }

    [Theory]
    [InlineData("REGISTRY_AUTH_FILE", "auth.json")]
    [InlineData("XDG_RUNTIME_DIR", "run/containers/auth.json")]
    [InlineData("HOME", ".config/containers/auth.json")]
    public async Task Podmans_auth_json_is_found(string variable, string file)
    {
        var path = _home.Write(file, Auths(("registry.test", "ann:pod", null)));
        _environment[variable] = variable switch { "REGISTRY_AUTH_FILE" => path, "XDG_RUNTIME_DIR" => _home["run"], _ => _home.FullName };
        using var chain = NewChain();
        Assert.Equal("pod", (await chain.FindAsync("registry.test", "a/b", null, NullLogger.Instance, Token))!.Secret);
    }

    [Fact]
    public async Task Keys_of_podman_can_be_repositories_and_the_longest_one_is_used()
    {
        WriteDocker(Auths(("registry.test", "host:1", null), ("registry.test/team", "team:2", null),
            ("registry.test/team/app", "app:3", null)));
        using var chain = NewChain();
        foreach (var (repository, user) in new[] { ("team/app", "app"), ("team/other", "team"), ("team", "team"), ("teamwork/app", "host"),
            ("other", "host") })
        {
            Assert.Equal(user, (await chain.FindAsync("registry.test", repository, null, NullLogger.Instance, Token))!.UserName);
        }
    }

    [Fact]
    public async Task A_call_precedes_the_session_and_the_session_precedes_the_files()
    {
        await using var server = NewServer();
        WriteDocker(Auths((server.Address, "file:1", null)));
        await using var session = NewSession();
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        session.Client.SetCredential(server.Address, new RegistryCredential("session", "2"));
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        await session.Repository(server.Address, "a", new RegistryCredential("call", "3")).ResolveAsync("1", Token);
        Assert.True(session.Client.RemoveCredential(server.Address));
        Assert.False(session.Client.RemoveCredential(server.Address));
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        Assert.Equal(
            ["file:1", "session:2", "call:3", "file:1"],
            server.TokenRequests.Select(
                request => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(request.Authorization![6..]))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discarded_secrets_are_not_sent_again(bool isConnected)
    {
        await using var server = NewServer();
        await using var session = NewSession();
        var credential = new RegistryCredential("session", "2");
        if (isConnected)
        {
            await session.Client.ConnectAsync(server.Address, credential, null, Token);
        }
        else
        {
            session.Client.SetCredential(server.Address, credential);
        }

        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        Assert.NotNull(server.TokenRequests[^1].Authorization);

        session.Client.ForgetSecrets();
        Assert.Empty(session.Client.Connections);
        var before = server.TokenRequests.Count;
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        Assert.All(server.TokenRequests.Skip(before), request => Assert.Null(request.Authorization));
        Assert.True(server.TokenRequests.Count > before);
    }

    [Fact]
    public async Task A_connection_whose_credential_is_removed_is_anonymous()
    {
        await using var server = NewServer();
        await using var session = NewSession();
        await session.Client.ConnectAsync(server.Address, new RegistryCredential("session", "2"), null, Token);
        Assert.True(session.Client.RemoveCredential(server.Address));
        Assert.Null(Assert.Single(session.Client.Connections).Value);
    }

    [Fact]
    public async Task A_changed_file_is_read_again_and_a_malformed_one_is_reported()
    {
        WriteDocker(Auths(("registry.test", "ann:1", null)));
        using var chain = NewChain();
        var log = new RecordingLogger();
        Assert.Equal("1", (await chain.FindAsync("registry.test", "a", null, log, Token))!.Secret);
        WriteDocker(Auths(("registry.test", "ann:second", null)));
        Assert.Equal("second", (await chain.FindAsync("registry.test", "a", null, log, Token))!.Secret);
        WriteDocker("{ \"auths\": s3cret");
        Assert.Null(await chain.FindAsync("registry.test", "a", null, log, Token));
        Assert.Null(await chain.FindAsync("registry.test", "a", null, log, Token));
        Assert.Contains("config.json", Assert.Single(log.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"credHelpers":{"registry.test":"a","registry.test":"b"},"auths":{"other.test":{"auth":"YTpi"}}}""")]
    [InlineData("""{"auths":{"registry.test":null,"other.test":{"auth":"YTpi"}}}""")]
    [InlineData("""{"auths":{"registry.test":{"auth":"no base64 !"},"other.test":{"auth":"YTpi"}}}""")]
    [InlineData("""{"auths":{"registry.test":[],"other.test":{"auth":"YTpi"}},"credHelpers":7,"credsStore":{}}""")]
    [InlineData("""{"auths":{"registry.test":{"username":"\ud800","password":"x"},"other.test":{"auth":"YTpi"}}}""")]
    public async Task An_unusual_value_in_a_file_does_not_affect_other_entries(string config)
    {
        WriteDocker(config);
        using var chain = NewChain();
        Assert.Equal(new RegistryCredential("a", "b"), await chain.FindAsync("other.test", "a", null, NullLogger.Instance, Token));
    }
}

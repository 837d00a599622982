using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The sources of credentials: a call, the session, docker's config.json, podman's auth.json, helpers.</summary>
public sealed class CredentialTests : IDisposable
{
    private static readonly TestImage Image = TestImage.Of([1]);

    private readonly TemporaryFolder _home = new();
    private readonly Dictionary<string, string?> _environment = [];

    public CredentialTests() => _environment["HOME"] = _home.FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

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

    [Theory]
    [InlineData("""{"credsStore":"test"}""")]
    [InlineData("""{"credHelpers":{"registry.test":"test"},"credsStore":"other"}""")]
    [InlineData("""{"credHelpers":{"registry.test":"test"},"auths":{"registry.test":{}}}""")]
    public async Task A_helper_is_run_as_docker_runs_it(string config)
    {
        WriteDocker(config);
        Helper("""
            [ "$1" = get ] && [ "$(cat)" = registry.test ] && echo '{"ServerURL":"registry.test","Username":"ann",
            "Secret":"h3lper"}'
            """);
        using var chain = NewChain();
        Assert.Equal(new RegistryCredential("ann", "h3lper"),
            await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
    }

    [Theory]
    [InlineData("wincred", "docker-credential-wincred.cmd", null)]
    [InlineData("desktop.cmd", "docker-credential-desktop.cmd", null)]
    [InlineData("test", "docker-credential-test.BAT", ".EXE;.BAT")]
    public async Task On_Windows_a_helper_is_found_by_PATHEXT(string name, string file, string? extensions)
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "PATHEXT is a variable of Windows.");
        WriteDocker($$"""{"credsStore":"{{name}}"}""");
        _home.Write("bin/" + file, "@echo {\"Username\":\"%1\",\"Secret\":\"h3lper\"}\r\n");
        (_environment["PATH"], _environment["PATHEXT"]) = (_home["bin"], extensions!);
        using var chain = NewChain();
        Assert.Equal(new RegistryCredential("get", "h3lper"),
            await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
    }

    [Fact]
    public async Task A_helper_is_called_for_Docker_Hub_with_its_index_address()
    {
        WriteDocker("""{"credsStore":"test"}""");
        Helper("""[ "$(cat)" = https://index.docker.io/v1/ ] && echo '{"Username":"ann","Secret":"hub"}'""");
        using var chain = NewChain();
        Assert.Equal("hub", (await chain.FindAsync("docker.io", "library/nginx", null, NullLogger.Instance, Token))!.Secret);
    }

    [Fact]
    public async Task A_helpers_token_user_means_an_identity_token()
    {
        WriteDocker("""{"credsStore":"test"}""");
        Helper("""cat >/dev/null; echo '{"Username":"<token>","Secret":"r3fresh"}'""");
        using var chain = NewChain();
        Assert.Equal(RegistryCredential.FromIdentityToken("r3fresh"),
            await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
    }

    [Fact]
    public async Task Without_a_credential_of_a_helper_the_next_source_is_used()
    {
        WriteDocker("""{"credsStore":"test"}""");
        _home.Write(".config/containers/auth.json", Auths(("registry.test", "ann:pod", null)));
        Helper("cat >/dev/null; echo 'credentials not found in native keychain'; exit 1");
        using var chain = NewChain();
        Assert.Equal("pod", (await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token))!.Secret);
    }

    [Theory]
    [InlineData("cat >/dev/null; echo broken; exit 3", "exit code 3")]
    [InlineData("cat >/dev/null; echo s3cret-text", "JSON")]
    [InlineData("exec yes s3cret", "more than")]
    [InlineData("exec yes s3cret >&2", "more than")]
    public async Task A_helper_that_fails_is_an_error_and_never_anonymous(string script, string expected)
    {
        WriteDocker("""{"credsStore":"test"}""");
        Helper(script);
        using var chain = NewChain();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            async () => await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
        Assert.Contains("docker-credential-test", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_helper_is_run_once_for_all_waiting_callers()
    {
        WriteDocker("""{"credsStore":"test"}""");
        Helper($$"""echo x >> {{_home["calls"]}}; while [ ! -e {{_home["go"]}} ]; do sleep 0.05; done; exit 3""");
        using var chain = NewChain();
        var waiting = Enumerable.Range(0, 6).Select(_ => chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token).AsTask())
            .ToList();
        _home.Write("go", "");
        foreach (var one in waiting)
        {
            await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => one);
        }

        Assert.Single(File.ReadAllLines(_home["calls"]));
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            async () => await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
        Assert.Equal(2, File.ReadAllLines(_home["calls"]).Length);
    }

    [Fact]
    public async Task A_helper_that_is_missing_is_an_error()
    {
        WriteDocker("""{"credsStore":"no-such-helper"}""");
        _environment["PATH"] = _home.FullName;
        using var chain = NewChain();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            async () => await chain.FindAsync("registry.test", "a", null, NullLogger.Instance, Token));
        Assert.Contains("no such program was found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_is_called_once_and_again_if_its_password_is_rejected()
    {
        await using var server = NewServer();
        WriteDocker("""{"credsStore":"test"}""");
        Helper($$"""cat >/dev/null; echo x >> {{_home["calls"]}};"""
            + $$""" echo "{\"Username\":\"ann\",\"Secret\":\"pass-$(wc -l < {{_home["calls"]}} | tr -d ' ')\"}" """);
        server.Password = "ann:pass-1";
        await using var session = NewSession();
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        await session.Repository(server.Address, "b").ResolveAsync("1", Token);
        Assert.Single(File.ReadAllLines(_home["calls"]));
        server.Password = "ann:pass-2";
        await session.Repository(server.Address, "c").ResolveAsync("1", Token);
        Assert.Equal(2, File.ReadAllLines(_home["calls"]).Length);
    }

    private static string Encoded(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static string Auths(params (string Key, string User, string? IdentityToken)[] entries) => JsonSerializer.Serialize(new
    {
        auths = entries.ToDictionary(entry => entry.Key, entry => new { auth = Encoded(entry.User), identitytoken = entry.IdentityToken }),
    });

    private static AuthServer NewServer() => new()
    {
        OnRequest = exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType),
    };

    private void WriteDocker(string text) => _home.Write(".docker/config.json", text);

    private void Helper(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test's helper is a shell script.");
        var path = _home.Write("bin/docker-credential-test", "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _environment["PATH"] = $"{_home["bin"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
    }

    private string? Read(string variable) => _environment.GetValueOrDefault(variable);

    private RegistrySession NewSession() => new(environment: Read);

    private Core.Registry.Authentication.CredentialChain NewChain() => new(new RegistryClientOptions { Environment = Read });
}

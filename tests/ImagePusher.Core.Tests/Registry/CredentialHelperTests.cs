using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Credential helpers of docker: how they are found and run, and what their answers mean.</summary>
public sealed class CredentialHelperTests : CredentialTestBase
{
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
}

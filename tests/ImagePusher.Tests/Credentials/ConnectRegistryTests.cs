using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Credentials;

/// <summary>Connect-Registry in all its forms, and the sources of credentials that need none, against real registries.</summary>
public sealed class ConnectRegistryTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private const string Push = "(Push-ImageTar $tar -Destination $registry).Reference; (Get-RegistryTag $registry/good).Tag";

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task A_password_comes_from_an_environment_variable()
    {
        var registry = await registries.ClosedAsync(Token);
        using var password = new EnvironmentScope(("TEST_PASSWORD", RegistryFixture.Password));
        using var engine = NewEngine(registry.Address);
        var connection = await engine.SingleAsync(
            $"Connect-Registry $registry -UserName {RegistryFixture.User} -PasswordVariable TEST_PASSWORD", Token);
        Assert.Equal((registry.Address, RegistryFixture.User, "Password"),
            ((string)connection.Registry, (string)connection.UserName, (string)connection.Kind));
        await PushesAsync(engine);

        // After the disconnect, access is anonymous again.
        await engine.OutputAsync("Disconnect-Registry $registry", Token);
        await engine.FailsAsync("Get-RegistryTag $registry/good", "RegistryUnauthorized", registry.Address);
    }

    [Fact]
    public async Task A_password_is_a_SecureString()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = NewEngine(registry.Address);
        engine["password"] = RegistryFixture.Credential.Password;
        var connection = await engine.SingleAsync($"Connect-Registry $registry -UserName {RegistryFixture.User} -Password $password",
            Token);
        Assert.Equal((registry.Address, RegistryFixture.User, "Password"),
            ((string)connection.Registry, (string)connection.UserName, (string)connection.Kind));
        await PushesAsync(engine);
    }

    [Fact]
    public async Task Disconnect_accepts_patterns_and_an_unmatched_pattern_is_not_an_error()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = NewEngine(registry.Address);
        await engine.OutputAsync("$null = Connect-Registry $registry; Disconnect-Registry other*", Token);
        Assert.Single(await engine.OutputAsync("Get-RegistryConnection", Token));
        await engine.OutputAsync("Disconnect-Registry *", Token);
        Assert.Empty(await engine.OutputAsync("Get-RegistryConnection; Disconnect-Registry *", Token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_variable_that_is_not_set_is_named_and_no_request_is_sent(string? value)
    {
        var registry = await registries.ClosedAsync(Token);
        using var password = new EnvironmentScope(("TEST_PASSWORD", value));
        using var engine = NewEngine(registry.Address);
        await engine.FailsAsync("Connect-Registry $registry -UserName ann -PasswordVariable TEST_PASSWORD", "InvalidOption",
            "TEST_PASSWORD");
        Assert.Empty(await registry.RequestsAsync(Token));
    }

    [Theory]
    [InlineData("Connect-Registry $registry -IdentityToken $token", "IdentityToken")]
    [InlineData("Connect-Registry $registry -Credential ([pscredential]::new('<token>', $token))", "IdentityToken")]
    public async Task An_identity_token_is_exchanged_for_bearer_tokens(string script, string kind)
    {
        await using var tokens = TokenServer.Start(
            new TokenServerOptions { RefreshTokens = new Dictionary<string, string> { ["r3fresh"] = "ann" }, AllowsAnonymous = false });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        using var engine = NewEngine(registry.Address);
        engine["token"] = RegistryFixture.CredentialOf("any", "r3fresh").Password;
        var connection = await engine.SingleAsync(script, Token);
        Assert.Equal((kind, null), ((string)connection.Kind, (string?)connection.UserName));
        await PushesAsync(engine);
        Assert.All(tokens.Requests,
            request => Assert.Equal(("POST", "refresh_token", "ann"), (request.Method, request.GrantType, request.User)));
    }

    [Fact]
    public async Task A_repeated_connection_without_a_credential_keeps_the_existing_one()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = NewEngine(registry.Address);
        engine["credential"] = RegistryFixture.Credential;
        await engine.OutputAsync("Connect-Registry $registry -Credential $credential", Token);
        Assert.Equal(RegistryFixture.User, (string?)(await engine.SingleAsync("Connect-Registry $registry", Token)).UserName);
        Assert.Equal(RegistryFixture.User, (string?)(await engine.SingleAsync("Get-RegistryConnection", Token)).UserName);
        await PushesAsync(engine);
    }

    [Fact]
    public async Task A_connection_keeps_the_options_of_all_registries()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = NewEngine(registry.Address);
        await engine.OutputAsync("Connect-Registry $registry; Set-RegistryOption -ThrottleLimit 3", Token);
        Assert.Equal(3, (int)(await engine.SingleAsync("Get-RegistryOption $registry", Token)).ThrottleLimit);
    }

    [Fact]
    public async Task Certificates_are_verified_and_sent()
    {
        using var certificates = new TestCertificates();
        await using var registry =
            await DockerRegistry.StartAsync(new DockerRegistryOptions { Certificates = certificates, WantsClientCertificate = true },
                Token);
        using var engine = NewEngine(registry.Address);
        engine["ca"] = certificates.AuthorityFile;
        engine["client"] = certificates.ClientCertificateFile;
        await engine.OutputAsync("Set-RegistryOption -MaximumRetryCount 0", Token);
        await engine.FailsAsync("Connect-Registry $registry -PlainHttp:$false", "RegistryUnreachable", "could not be trusted");
        await engine.FailsAsync("Connect-Registry $registry -CertificateAuthority $ca", "RegistryUnreachable", registry.Address);
        await engine.FailsAsync("Connect-Registry $registry -SkipCertificateCheck", "RegistryUnreachable", registry.Address);
        await engine.OutputAsync("Connect-Registry $registry -CertificateAuthority $ca -ClientCertificate $client", Token);
        await PushesAsync(engine);
    }

    [Fact]
    public async Task A_login_of_skopeo_is_used()
    {
        ExternalTools.Require("skopeo");
        var registry = await registries.ClosedAsync(Token);
        using var engine = NewEngine(registry.Address);
        await ExternalTools.RunAsync(
            "skopeo", ["login", "--tls-verify=false", "--authfile", _images["auth.json"], "-u", RegistryFixture.User, "-p",
                RegistryFixture.Password, registry.Address], Token);
        await engine.FailsAsync("Push-ImageTar $tar -Destination $registry", "RegistryUnauthorized", registry.Address);
        engine["file"] = _images["auth.json"];
        await engine.OutputAsync("$env:REGISTRY_AUTH_FILE = $file", Token);
        await PushesAsync(engine);
    }

    [Fact]
    public async Task A_credential_helper_of_docker_is_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test's helper is a shell script.");
        var registry = await registries.ClosedAsync(Token);
        _images.Write(Path.Combine("docker", "config.json"),
            System.Text.Encoding.UTF8.GetBytes($$"""{"credHelpers":{"{{registry.Address}}":"of-test"} }"""));
        var helper = _images.Write(Path.Combine("bin", "docker-credential-of-test"), System.Text.Encoding.UTF8.GetBytes(
            $$"""
            #!/bin/sh
            [ "$1" = get ] && [ "$(cat)" = {{registry.Address}} ] || exit 1
            echo '{"ServerURL":"{{registry.Address}}","Username":"{{RegistryFixture.User}}","Secret":"{{RegistryFixture.Password}}"}'

            """.ReplaceLineEndings("\n")));
        await ExternalTools.RunAsync("chmod", ["+x", helper], Token);
        using var engine = NewEngine(registry.Address);
        using var environment = new EnvironmentScope(
            ("DOCKER_CONFIG", _images["docker"]),
            ("PATH", $"{_images["bin"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}"));
        await PushesAsync(engine);
    }

    private static async Task PushesAsync(Engine engine) =>
        Assert.Equal([$"{engine["registry"]}/good:1", "1"], (await engine.OutputAsync(Push, Token)).Select(output => output.ToString()));

    private Engine NewEngine(string registry) => new() { ["tar"] = _images.Write("good"), ["registry"] = registry };
}

using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Examples;

/// <summary>
/// ci-connect.ps1 against local registries with the names of the hosted ones: a proxy redirects the connections, and their certificate is
/// trusted. The modules of Azure and Amazon are not installed; functions return the documented values.
/// </summary>
public sealed class CiConnectTests : IDisposable
{
    private const string Acr = "myregistry.azurecr.io";
    private const string Ecr = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

    private const string Modules = """
        function Connect-AzContainerRegistry {
            [CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [switch] $ExposeToken)
            if (-not $ExposeToken) { return 'Login Succeeded' }
            [pscustomobject]@{
                LoginServer = "$Name.azurecr.io"; AccessToken = [Net.NetworkCredential]::new('', 'token of acr').SecurePassword
            }
        }
        function Get-ECRLoginCommand {
            [CmdletBinding()] param([Parameter(Mandatory)] [string] $Region)
            [pscustomobject]@{
                Username = 'AWS'; Password = "token of $Region"; ProxyEndpoint = "https://123456789012.dkr.ecr.$Region.amazonaws.com"
            }
        }
        """;

    private readonly TestCertificates _certificates = new("ghcr.io", Acr, Ecr);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("ghcr.io", "octocat", "token of the job")]
    [InlineData(Acr, "00000000-0000-0000-0000-000000000000", "token of acr")]
    [InlineData(Ecr, "AWS", "token of eu-central-1")]
    public async Task A_hosted_registry_is_connected_with_the_token_of_its_service(string host, string user, string password)
    {
        var result = await RunAsync(host, user, password, Modules);
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal($"{user} {host}/hello:1.0\n", result.Output);
    }

    [Fact]
    public async Task Variables_of_the_step_precede_the_token_of_the_job()
    {
        var result = await RunAsync("ghcr.io", "somebody", "else", Modules, ("REGISTRY_USER", "somebody"), ("REGISTRY_PASSWORD", "else"));
        Assert.Equal(("", "somebody ghcr.io/hello:1.0\n"), (result.Error, result.Output));
    }

    [Fact]
    public async Task Without_the_module_of_the_service_the_file_of_docker_is_used()
    {
        var result = await RunAsync(Acr, "docker", "login", "");
        Assert.Equal(("", $" {Acr}/hello:1.0\n"), (result.Error, result.Output));
    }

    [Fact]
    public async Task A_rejected_token_fails_the_step_with_a_recommended_action_and_without_the_token()
    {
        var result = await RunAsync("ghcr.io", "octocat", "another", Modules);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Signing in to ghcr.io failed", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("token of the job", result.Error + result.Output, StringComparison.Ordinal);
    }

    /// <summary>Connects, shows as whom, and pushes, in the shell; docker's file has the right password for Azure's registry
    /// alone.</summary>
    private async Task<ToolResult> RunAsync(string host, string user, string password, string modules,
        params (string Name, string? Value)[] variables)
    {
        var options = new DockerRegistryOptions { Certificates = _certificates,
            Users = new Dictionary<string, string> { [user] = password } };
        await using var registry = await DockerRegistry.StartAsync(options, Token);
        await using var proxy = TunnelProxy.Start(registry.Address);
        using var shell = new PwshProcess();
        (string Name, string? Value)[] environment =
        [
            ("HTTPS_PROXY", $"http://{proxy.Address}"), ("NO_PROXY", null),
            ("SSL_CERT_FILE", _certificates.AuthorityFile), ("GITHUB_ACTOR", "octocat"),
            ("GITHUB_TOKEN", "token of the job"), ("REGISTRY_USER", null), ("REGISTRY_PASSWORD", null), .. variables,
        ];
        foreach (var (name, value) in environment)
        {
            shell.Environment[name] = value;
        }

        shell.WriteDockerConfig(Acr, "docker", "login");
        shell.Folder.Write("step.ps1", $"""
            $ErrorActionPreference = 'stop'
            {modules}
            $connection = & '{ExampleFolder.PathOf("ci-connect.ps1")}' {host}/
            "$($connection.UserName) $(Push-ImageTar '{ExampleFolder.PathOf("hello.tar")}' -Destination {host})"
            """);
        var result = await shell.RunAsync(["-Command", ". './step.ps1'"]);
        Assert.Equal([$"{host}:443"], proxy.Opened.Distinct());
        return result;
    }
}

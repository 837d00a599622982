using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>The recipe of docs/guide/ci.md: the .NET SDK writes an image tar from a base image of a local registry, and it is
/// pushed.</summary>
public sealed class SdkArchiveTests : IDisposable
{
    private readonly PwshProcess _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("Docker", "docker.io/library/app:1.0")]
    [InlineData("OCI", "docker.io/library/app:1.0")]
    public async Task An_archive_of_the_SDK_is_pushed_with_credentials_from_a_variable(string format, string name)
    {
        await using var target = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { Users = new Dictionary<string, string> { ["ci"] = "secret" } }, Token);
        _shell.Folder.Write("app.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            </Project>
            """);
        _shell.Folder.Write("Program.cs", "System.Console.WriteLine(\"hello\");");
        _shell.Folder.Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        _shell.Folder.Write("run.ps1", $$"""
            param($Base, $Target)
            $ErrorActionPreference = 'Stop'
            $local = Start-LocalRegistry -Port 0
            Import-ImageTar $Base -Reference localhost/base:1 | Out-Null
            $properties = "-p:ContainerBaseImage=$($local.Registry)/base:1", '-p:ContainerRepository=app', '-p:ContainerImageTag=1.0',
                '-p:ContainerImageFormat={{format}}', '-p:ContainerArchiveOutputPath=./app.tar'
            $log = dotnet publish ./app.csproj -t:PublishContainer -nologo @properties
            if ($LASTEXITCODE) { throw ($log -join "`n") }
            (Get-ImageTar ./app.tar).Reference
            $auth = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('ci:secret'))
            $env:DOCKER_AUTH_CONFIG = @{ auths = @{ $Target = @{ auth = $auth } } } | ConvertTo-Json
            $pushed = Push-ImageTar ./app.tar -Destination $Target
            $pushed.Layers
            ($pushed | Get-ImageConfig).Cmd
            """);
        _shell.Environment["DOTNET_CLI_HOME"] = _shell.Home;
        _shell.Environment["DOTNET_NOLOGO"] = _shell.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        var run = await _shell.RunAsync(
            ["-File", "run.ps1", Path.Combine(Repository.Folder, "docs", "examples", "hello.tar"), target.Address]);
        Assert.True(run.ExitCode == 0 && run.Error.Length == 0, run.Error + run.Output);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([name, "3"], lines[..2]);
    }
}

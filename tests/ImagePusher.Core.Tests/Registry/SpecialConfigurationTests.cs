using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Files of credentials and certificates that are named pipes, devices or endless neither block nor fill the memory.</summary>
public sealed class SpecialConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("named pipe")]
    [InlineData("link to a named pipe")]
    [InlineData("character device")]
    [InlineData("link to a character device")]
    public async Task A_configuration_file_is_ignored_with_one_warning(string kind)
    {
        await SpecialFile.MakeAsync(kind, _home["config.json"], Token);
        await IgnoredAsync();
        Assert.Empty(ConfiguredHosts.Read(_home["config.json"], _ => null));
    }

    [Fact]
    public async Task A_configuration_file_without_end_is_ignored_with_one_warning()
    {
        await using (var file = File.Create(_home["config.json"]))
        {
            file.SetLength(CredentialLimits.ConfigFile + 1);
        }

        await IgnoredAsync();
    }

    [Theory]
    [InlineData("named pipe")]
    [InlineData("link to a character device")]
    public async Task A_certificate_file_is_an_error_by_name(string kind)
    {
        var file = _home["registry.test/ca.crt"];
        Directory.CreateDirectory(_home["registry.test"]);
        await SpecialFile.MakeAsync(kind, file, Token);
        foreach (var settings in new[]
        {
            new RegistrySettings { CertificateAuthority = file }, new RegistrySettings { ClientCertificate = file },
            new RegistrySettings { CertificateFolder = _home["registry.test"] },
        })
        {
            var error = Assert.Throws<InvalidOptionException>(
                () => HostCertificates.Load("registry.test", settings, new RegistryClientOptions { CertificateFolders = [] }));
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
        }
    }

    private async Task IgnoredAsync()
    {
        var log = new RecordingLogger();
        using var config = new DockerConfigFile(_home["config.json"], _ => null);
        Assert.Null(await config.FindAsync("registry.test", "a", null, log, Token));
        Assert.Null(await config.FindAsync("registry.test", "a", null, log, Token));
        Assert.Single(log.Warnings);
    }
}

using System.Text.Json;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>What tests of credentials share: a home folder with configuration files, and a registry that requires a password.</summary>
public abstract class CredentialTestBase : IDisposable
{
    private protected static readonly TestImage Image = TestImage.Of([1]);

    private protected readonly TemporaryFolder _home = new();
    private protected readonly Dictionary<string, string?> _environment = [];

    private protected CredentialTestBase() => _environment["HOME"] = _home.FullName;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _home.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Encoded(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private protected static string Auths(params (string Key, string User, string? IdentityToken)[] entries) => JsonSerializer.Serialize(new
    {
        auths = entries.ToDictionary(entry => entry.Key, entry => new { auth = Encoded(entry.User), identitytoken = entry.IdentityToken }),
    });

    private protected static AuthServer NewServer() => new()
    {
        OnRequest = exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType),
    };

    private protected void WriteDocker(string text) => _home.Write(".docker/config.json", text);

    private protected void Helper(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test's helper is a shell script.");
        var path = _home.Write("bin/docker-credential-test", "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _environment["PATH"] = $"{_home["bin"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
    }

    private protected string? Read(string variable) => _environment.GetValueOrDefault(variable);

    private protected RegistrySession NewSession() => new(environment: Read);

    private protected Core.Registry.Authentication.CredentialChain NewChain() => new(new RegistryClientOptions { Environment = Read });
}

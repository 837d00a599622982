using System.Management.Automation;
using System.Net.Http.Headers;
using System.Security;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>docker-registry for the tests of one class: one open, one that requires a password. Each starts on first use.</summary>
public sealed class RegistryFixture : IAsyncDisposable
{
    public const string User = "pusher";
    public const string Password = "pass: w\u00f6rd";

    private DockerRegistry? _open;
    private DockerRegistry? _closed;

    /// <summary>The credentials in the form of a skopeo argument.</summary>
    public static string UserAndPassword => $"{User}:{Password}";

    /// <summary>The credentials in the form of a cmdlet parameter.</summary>
    public static PSCredential Credential => CredentialOf(User, Password);

    /// <summary>The credentials in the form of a request header.</summary>
    public static AuthenticationHeaderValue Authorization => Http.Basic(User, Password);

    public static PSCredential CredentialOf(string user, string password)
    {
        var secret = new SecureString();
        password.ToList().ForEach(secret.AppendChar);
        return new PSCredential(user, secret);
    }

    /// <summary>An empty registry with anonymous access.</summary>
    public async Task<DockerRegistry> OpenAsync(CancellationToken cancellationToken)
    {
        _open ??= await DockerRegistry.StartAsync(cancellationToken);
        return await FreshAsync(_open, cancellationToken);
    }

    /// <summary>An empty registry that requires a user name and password (Basic, htpasswd).</summary>
    public async Task<DockerRegistry> ClosedAsync(CancellationToken cancellationToken)
    {
        var options = new DockerRegistryOptions { Users = new Dictionary<string, string> { [User] = Password } };
        _closed ??= await DockerRegistry.StartAsync(options, cancellationToken);
        return await FreshAsync(_closed, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var registry in new[] { _open, _closed }.OfType<DockerRegistry>())
        {
            await registry.DisposeAsync();
        }
    }

    private static async Task<DockerRegistry> FreshAsync(DockerRegistry registry, CancellationToken cancellationToken)
    {
        await registry.EmptyAsync();
        await registry.ForgetRequestsAsync(cancellationToken);
        return registry;
    }
}

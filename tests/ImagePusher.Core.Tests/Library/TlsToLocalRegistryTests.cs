using ImagePusher.Core.Registry;
using ImagePusher.Core.Tests.Registry;

namespace ImagePusher.Core.Tests.Library;

/// <summary>A client that starts a TLS handshake on the port of the local registry is informed immediately that the registry uses plain
/// HTTP.</summary>
public sealed class TlsToLocalRegistryTests : LibraryTest
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task The_client_fails_at_the_first_attempt_and_names_the_cause(string host)
    {
        await using var session = new RegistrySession(RegistrySettings.Default with { PlainHttp = false });
        var address = host + Registry[Registry.LastIndexOf(':')..];
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(address).ResolveAsync("1", Token));
        Assert.Contains("does not speak TLS at that port", error.Message, StringComparison.Ordinal);
        Assert.Contains("plain http", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Log.Messages, message => message.Contains("retry", StringComparison.OrdinalIgnoreCase));
    }
}

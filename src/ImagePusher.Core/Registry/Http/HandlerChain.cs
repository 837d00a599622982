using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The handlers of one host, from the caller to the socket: <see cref="RetryHandler"/> (one per caller),
/// <see cref="AuthenticationHandler"/>, <see cref="RedirectHandler"/>, <see cref="LimitsHandler"/>, <see cref="ConnectionHandler"/>.
/// Each knows only the next one.
/// </summary>
internal static class HandlerChain
{
    /// <exception cref="RegistryUnreachableException">A certificate file could not be read.</exception>
    public static HttpMessageHandler Create(RegistryHost host, RegistryClientOptions client) =>
        new AuthenticationHandler(
            host,
            new RedirectHandler(host) { InnerHandler = new LimitsHandler(host, client) { InnerHandler = new ConnectionHandler(host, client) } },
            client.TimeProvider);
}

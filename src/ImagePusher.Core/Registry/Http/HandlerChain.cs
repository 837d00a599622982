using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The chain of handlers of one host, from the caller to the socket: <see cref="RetryHandler"/> (one per caller),
/// <see cref="AuthenticationHandler"/>, <see cref="RedirectHandler"/>, <see cref="LimitsHandler"/>, <see cref="ConnectionHandler"/>.
/// Each handler depends only on the next one.
/// </summary>
internal static class HandlerChain
{
    /// <exception cref="ImagePusherException">A certificate file could not be used.</exception>
    public static AuthenticationHandler Create(RegistryHost host, RegistryClientOptions client)
    {
        var limits = new LimitsHandler(host, client) { InnerHandler = new ConnectionHandler(host, client) };
        return new AuthenticationHandler(host, new RedirectHandler(host) { InnerHandler = limits }, client.TimeProvider);
    }
}

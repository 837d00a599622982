using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry;

/// <summary>A host's state and the handlers that lead to it.</summary>
internal sealed class HostConnection : IDisposable
{
    /// <exception cref="ImagePusherException">A certificate file could not be used.</exception>
    public HostConnection(string registry, RegistrySettings settings, RegistryClientOptions client)
    {
        Host = new RegistryHost(registry, settings, client);
        Handlers = HandlerChain.Create(Host, client);
    }

    public RegistryHost Host { get; }

    public AuthenticationHandler Handlers { get; }

    public void Dispose() => Handlers.Dispose();
}

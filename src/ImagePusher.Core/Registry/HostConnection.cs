using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry;

/// <summary>A host's state and the handlers that lead to it.</summary>
internal sealed class HostConnection : IDisposable
{
    /// <exception cref="RegistryUnreachableException">A certificate file could not be read.</exception>
    public HostConnection(string registry, RegistrySettings settings, RegistryClientOptions client)
    {
        Host = new RegistryHost(registry, settings, client);
        Handlers = HandlerChain.Create(Host, client);
    }

    public RegistryHost Host { get; }

    public HttpMessageHandler Handlers { get; }

    public void Dispose() => Handlers.Dispose();
}

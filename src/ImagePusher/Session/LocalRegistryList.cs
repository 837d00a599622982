using System.Collections.Concurrent;
using ImagePusher.LocalRegistry;

namespace ImagePusher.Session;

/// <summary>The local registries of this process, by their address.</summary>
internal sealed class LocalRegistryList
{
    private readonly ConcurrentDictionary<string, LocalRegistryServer> _servers = new(StringComparer.Ordinal);

    public IReadOnlyList<LocalRegistryServer> All => [.. _servers.Values.OrderBy(server => server.Port)];

    public void Add(LocalRegistryServer server) => _servers[server.Address] = server;

    /// <summary>Stops a server; false if no server has this address.</summary>
    public async Task<bool> StopAsync(string address)
    {
        if (!_servers.TryRemove(address, out var server))
        {
            return false;
        }

        await server.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    public void StopAll()
    {
        foreach (var address in _servers.Keys)
        {
            StopAsync(address).GetAwaiter().GetResult();
        }
    }
}

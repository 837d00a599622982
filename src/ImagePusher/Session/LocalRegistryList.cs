using System.Collections.Concurrent;
using ImagePusher.Core.Serving;

namespace ImagePusher.Session;

/// <summary>The local registries of this process, by their address.</summary>
internal sealed class LocalRegistryList
{
    private readonly ConcurrentDictionary<string, LocalRegistry> _servers = new(StringComparer.Ordinal);

    public IReadOnlyList<LocalRegistry> All => [.. _servers.Values.OrderBy(server => server.Port)];

    public void Add(LocalRegistry server) => _servers[server.Address] = server;

    /// <summary>Stops a server; false if there is none at this address.</summary>
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

using System.Collections.Concurrent;

namespace ImagePusher.Core.Registry;

/// <summary>The hosts of a client, each created for its first request. A host whose settings change is replaced.</summary>
internal sealed class HostTable(RegistryClientOptions options, Func<string, RegistrySettings> settings) : IDisposable
{
    private readonly ConcurrentDictionary<(string Registry, bool? PlainHttp), Lazy<HostConnection>> _hosts = new();
    private readonly ConcurrentBag<Lazy<HostConnection>> _retired = [];

    /// <exception cref="ImagePusherException">A certificate file could not be used.</exception>
    public HostConnection Get(string registry, bool? plainHttp)
    {
        var host = _hosts.GetOrAdd((registry, plainHttp), key => new Lazy<HostConnection>(() => Create(key.Registry, key.PlainHttp)));
        try
        {
            return host.Value;
        }
        catch (ImagePusherException)
        {
            // The certificate file may be readable the next time.
            _hosts.TryRemove(KeyValuePair.Create((registry, plainHttp), host));
            throw;
        }
    }

    /// <summary>The largest number of concurrent transfers that a host in use allows; 0 before the first.</summary>
    public int Throttle
    {
        get
        {
            var most = 0;
            foreach (var host in _hosts)
            {
                most = host.Value.IsValueCreated ? Math.Max(most, host.Value.Value.Host.Throttle) : most;
            }

            return most;
        }
    }

    /// <summary>Replaces a registry's hosts for later requests. Pending requests keep their connections.</summary>
    /// <param name="registry">The registry; null for all.</param>
    /// <param name="forgetTokens">True to drop the tokens at once.</param>
    public void Retire(string? registry, bool forgetTokens = false)
    {
        foreach (var key in _hosts.Keys.Where(key => registry is null || key.Registry == registry))
        {
            if (_hosts.TryRemove(key, out var host))
            {
                _retired.Add(host);
            }
        }

        foreach (var host in _retired.Where(host => forgetTokens && host.IsValueCreated))
        {
            if (registry is null || host.Value.Host.Registry == registry)
            {
                host.Value.Handlers.ForgetTokens();
            }
        }
    }

    public void Dispose()
    {
        foreach (var host in _hosts.Values.Concat(_retired).Where(host => host.IsValueCreated))
        {
            host.Value.Dispose();
        }

        _hosts.Clear();
    }

    private HostConnection Create(string registry, bool? plainHttp)
    {
        var own = settings(registry);
        return new HostConnection(registry, plainHttp is null ? own : own with { PlainHttp = plainHttp }, options);
    }
}

namespace ImagePusher.Benchmarks.Network;

/// <summary>
/// The registries as a client sees them over a slow network: relays on loopback that share one rate in each direction and delay every
/// byte. Not emulated: lost packets, and the slow start of TCP.
/// </summary>
internal sealed class EmulatedNetwork(NetworkConditions conditions) : IAsyncDisposable
{
    private readonly List<NetworkRelay> _relays = [];
    private readonly EmulatedLink _up = new(conditions);
    private readonly EmulatedLink _down = new(conditions);

    public NetworkConditions Conditions => conditions;

    /// <summary>The connections that clients opened.</summary>
    public int Connections => _relays.Sum(relay => relay.Connections);

    /// <summary>The address at which a registry can be reached over this network.</summary>
    /// <param name="address">localhost and its port.</param>
    public string Reach(string address)
    {
        var relay = new NetworkRelay(int.Parse(address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..],
            System.Globalization.CultureInfo.InvariantCulture), conditions.RoundTrip, _up, _down);
        _relays.Add(relay);
        return $"localhost:{relay.Port}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }
    }
}

using System.Diagnostics.Metrics;
using System.Globalization;

namespace ImagePusher.Tests.Support;

/// <summary>
/// Counts the active requests of this process with the meter of .NET: requests that a worker still sends after the end of its pipeline are
/// counted immediately, whereas a server would first read buffered data.
/// </summary>
internal sealed class ActiveRequests : IDisposable
{
    private readonly string _port;
    private readonly MeterListener _listener = new();
    private long _count;

    /// <summary>Counts from now on those to one address, host:port.</summary>
    public ActiveRequests(string address)
    {
        _port = address.Split(':')[^1];
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.active_requests" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == "server.port" && Convert.ToString(value, CultureInfo.InvariantCulture) == _port)
                {
                    Interlocked.Add(ref _count, change);
                }
            }
        });
        _listener.Start();
    }

    /// <summary>The current number of active requests.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}

using System.Collections.Concurrent;
using System.Net;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Mirrors;
using ImagePusher.Core.Registry.Uploads;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry;

/// <summary>The state of one host in a session: its settings, its address, and its observed features.</summary>
internal sealed class RegistryHost
{
    private readonly ResizableSemaphore _uploadingLarge = new(2);
    private readonly ConcurrentDictionary<string, bool> _warnings = new();
    private volatile string? _address;

    public RegistryHost(string registry, RegistrySettings settings, RegistryClientOptions client)
    {
        (Registry, Settings) = (registry, settings);
        Proxy = new LoopbackBypass(client.Proxy ?? new EnvironmentProxy(client.Environment));
        UrlPolicy = new ServerUrlPolicy(registry, settings, () => BaseUrl, Secrets);
        Uploads = new UploadCapabilities(client.TimeProvider);
        Pause = new HostPause(client.TimeProvider);
        Mirror = new MirrorAvailability(client.TimeProvider);
        Uploading = new ResizableSemaphore(Math.Max(1, settings.ThrottleLimit));
        Downloading = new ResizableSemaphore(Math.Max(1, settings.ThrottleLimit));
    }

    public string Registry { get; }

    public RegistrySettings Settings { get; }

    public IWebProxy Proxy { get; }

    /// <summary>Removes the secrets that were sent to the host from what messages quote of it.</summary>
    public SecretFilter Secrets { get; } = new();

    /// <summary>Checks the URLs that the host names.</summary>
    public ServerUrlPolicy UrlPolicy { get; }

    public UploadCapabilities Uploads { get; }

    public ResponseLatency Latency { get; } = new();

    public ResizableSemaphore Uploading { get; }

    public ResizableSemaphore Downloading { get; }

    public HostPause Pause { get; }

    /// <summary>The number of concurrent blob transfers, and the default number of images to transfer at once.</summary>
    public int Throttle => Latency.IsHigh && !Settings.HasThrottleLimit ? RegistrySettings.HighLatencyThrottle : Settings.ThrottleLimit;

    public MirrorAvailability Mirror { get; }

    /// <summary>The scheme and authority; null until the host was found.</summary>
    public string? Address
    {
        get => _address;
        set => _address = value;
    }

    /// <summary>The scheme and authority, the likeliest ones until the host was found.</summary>
    public string BaseUrl => _address ?? Candidates[0];

    /// <summary>The schemes and authorities to try, in this order.</summary>
    public string[] Candidates => Settings.PlainHttp switch
    {
        true => ["http://" + Authority],
        null when UrlText.IsLoopback(Authority) => ["http://" + Authority, "https://" + Authority],
        _ => ["https://" + Authority],
    };

    private string Authority => Registry == Naming.ImageReference.DockerHub ? "registry-1.docker.io" : Registry;

    /// <summary>The proxy for a URL; null for none.</summary>
    public Uri? ProxyOf(Uri url) => Proxy.IsBypassed(url) ? null : Proxy.GetProxy(url);

    /// <summary>
    /// Waits for a place among the large blobs, for a host that loses interrupted uploads: two at a time, and one where an upload of
    /// an earlier process was lost recently. Fewer concurrent blobs finish sooner, so that less is lost when the process ends.
    /// </summary>
    public Task<ResizableSemaphore.Slot> EnterLargeAsync(CancellationToken cancellationToken)
    {
        if (Uploads.LostEarlier)
        {
            _uploadingLarge.Decrease(1);
        }
        else
        {
            _uploadingLarge.Increase(2);
        }

        return _uploadingLarge.EnterAsync(cancellationToken);
    }

    /// <summary>Records the time between a request without a body and the head of its response.</summary>
    public void Observe(TimeSpan time)
    {
        Latency.Observe(time);
        if (Latency.IsHigh)
        {
            Allow(Throttle);
        }
    }

    /// <summary>Raises the number of concurrent blob transfers.</summary>
    public void Allow(int limit)
    {
        Uploading.Increase(limit);
        Downloading.Increase(limit);
    }

    /// <summary>
    /// Logs each warning of the registry once in a session (RFC 7234, 5.5: <c>299 - "text"</c>), and no more than the limit.
    /// </summary>
    public void Warn(HttpResponseMessage response, ILogger log)
    {
        if (!response.Headers.NonValidated.TryGetValues("Warning", out var headers))
        {
            return;
        }

        foreach (var header in headers.Where(header => header.StartsWith("299", StringComparison.Ordinal)))
        {
            var quote = header.IndexOf('"', StringComparison.Ordinal);
            var end = header.LastIndexOf('"');
            var text = quote >= 0 && end > quote
                ? header[(quote + 1)..end].Replace("\\\"", "\"", StringComparison.Ordinal)
                : header[3..].Trim(' ', '-');
            if (_warnings.Count < RegistryLimits.Default.Warnings && _warnings.TryAdd(text, true))
            {
                log.Warning($"Warning of {Registry}: {Secrets.OneLine(text)}");
            }
        }
    }

    private sealed class LoopbackBypass(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials { get => proxy.Credentials; set => proxy.Credentials = value; }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => UrlText.IsLoopback(host.Host) || proxy.IsBypassed(host);
    }
}

using System.Collections.Concurrent;
using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Uploads;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry;

/// <summary>All that a session keeps of one registry: its connections, cookies and tokens, its address, and what worked.</summary>
internal sealed class RegistryHost : IDisposable
{
    private readonly RegistryClientOptions _client;
    private readonly SocketsHttpHandler _handler;
    private readonly Lazy<HttpClient> _ownConnections;
    private readonly SharedAttempt _discovery = new();
    private readonly Gate _uploadingLarge = new(2);
    private readonly ConcurrentDictionary<string, bool> _warnings = new();
    private volatile string? _baseUrl;
    private volatile bool _wasRefused;
    private long _leftOutUntil;

    /// <exception cref="RegistryUnreachableException">A certificate file could not be read.</exception>
    public RegistryHost(string registry, RegistrySettings options, RegistryClientOptions client)
    {
        (Registry, Options, _client) = (registry, options, client);
        _handler = HostHandler.Create(registry, options, client);
        Http = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
        _ownConnections = new Lazy<HttpClient>(() =>
        {
            var handler = HostHandler.Create(registry, options, client);
            handler.CookieContainer = _handler.CookieContainer;
            handler.PooledConnectionLifetime = TimeSpan.Zero;
            return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        });
        Authentication = new HostAuthentication(this, client.TimeProvider);
        Uploads = new UploadMemory(client.TimeProvider);
        Pause = new HostPause(registry, client.TimeProvider);
        Uploading = new Gate(Math.Max(1, options.ThrottleLimit));
        Downloading = new Gate(Math.Max(1, options.ThrottleLimit));
    }

    public string Registry { get; }

    public RegistrySettings Options { get; }

    public HttpClient Http { get; }

    /// <summary>Makes a connection for each request.</summary>
    public HttpClient HttpOfOwnConnections => _ownConnections.Value;

    public HostAuthentication Authentication { get; }

    public UploadMemory Uploads { get; }

    public Gate Uploading { get; }

    public Gate Downloading { get; }

    public HostPause Pause { get; }

    /// <summary>Scheme and authority, once the host was found.</summary>
    public string BaseUrl => _baseUrl ?? Candidates[0];

    public bool IsHttps => BaseUrl.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>True if the registry itself is on this machine or in a private network.</summary>
    public bool IsPrivate => UrlText.IsPrivateAddress(BaseUrl);

    private string Authority => Registry == Naming.ImageReference.DockerHub ? "registry-1.docker.io" : Registry;

    private string[] Candidates => Options.PlainHttp switch
    {
        true => ["http://" + Authority],
        null when UrlText.IsLoopback(Authority) => ["http://" + Authority, "https://" + Authority],
        _ => ["https://" + Authority],
    };

    /// <summary>Finds out by GET /v2/ which scheme the host speaks and how it wants to be asked; later calls return at once.</summary>
    public Task DiscoverAsync(RegistryTransport transport, string purpose, CancellationToken cancellationToken) => _baseUrl is null
        ? _discovery.RunAsync(() => _baseUrl, () => AskAsync(transport, purpose, cancellationToken), cancellationToken)
        : Task.CompletedTask;

    /// <summary>The proxy that a URL is reached through; null for none.</summary>
    public Uri? ProxyOf(Uri url) => _handler.Proxy is { } proxy && !proxy.IsBypassed(url) ? proxy.GetProxy(url) : null;

    /// <summary>
    /// Waits for a place among the large blobs, for a host that loses cut uploads: two at a time, and one where an upload of an
    /// earlier run was lost of late. Few are finished sooner, so that less is lost when the process ends.
    /// </summary>
    public Task<Gate.Place> EnterLargeAsync(CancellationToken cancellationToken)
    {
        if (Uploads.LostEarlier)
        {
            _uploadingLarge.Narrow(1);
        }
        else
        {
            _uploadingLarge.Widen(2);
        }

        return _uploadingLarge.EnterAsync(cancellationToken);
    }

    /// <summary>Lets at least so many blobs pass at once, as a call asked for.</summary>
    public void Allow(int limit)
    {
        Uploading.Widen(limit);
        Downloading.Widen(limit);
    }

    /// <summary>True for a mirror that failed a short while ago.</summary>
    public bool IsLeftOut => _client.TimeProvider.GetTimestamp() < Interlocked.Read(ref _leftOutUntil);

    /// <summary>Leaves a mirror out for a minute, so that not every request waits for it.</summary>
    public void LeaveOut() =>
        Interlocked.Exchange(ref _leftOutUntil, _client.TimeProvider.GetTimestamp() + (60 * _client.TimeProvider.TimestampFrequency));

    /// <summary>Tells a warning of the registry once in a session (RFC 7234, 5.5: <c>299 - "text"</c>).</summary>
    public void Warn(IEnumerable<string> headers, ILogger log)
    {
        foreach (var header in headers.Where(header => header.StartsWith("299", StringComparison.Ordinal)))
        {
            var quote = header.IndexOf('"', StringComparison.Ordinal);
            var end = header.LastIndexOf('"');
            var text = quote >= 0 && end > quote ? header[(quote + 1)..end].Replace("\\\"", "\"", StringComparison.Ordinal) : header[3..].Trim(' ', '-');
            if (_warnings.TryAdd(text, true))
            {
                log.Warning($"{Registry} says: {ErrorBody.OneLine(text)}");
            }
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        if (_ownConnections.IsValueCreated)
        {
            _ownConnections.Value.Dispose();
        }

        Authentication.Dispose();
        _discovery.Dispose();
    }

    private async Task<string> AskAsync(RegistryTransport transport, string purpose, CancellationToken cancellationToken)
    {
        TransientFailureException? first = null;
        foreach (var candidate in Candidates)
        {
            try
            {
                using var answer = await transport.SendRawAsync(
                    () => new HttpRequestMessage(HttpMethod.Get, UrlText.ToUri(candidate + "/v2/")), purpose, cancellationToken).ConfigureAwait(false);
                if (candidate != Candidates[^1] && await WantsTlsAsync(answer, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                Authentication.Learn(transport.ChallengesOf(answer));
                (_wasRefused, _baseUrl) = (false, candidate);
                return candidate;
            }
            catch (TransientFailureException failure) when (failure.Final.InnerException is { } cause)
            {
                // Nobody is there: one more try is enough, a wrong address is more likely than a restart.
                if (RegistryFailure.IsNoConnection(cause))
                {
                    if (_wasRefused && transport.GivesUpEarly)
                    {
                        throw failure.Final;
                    }

                    _wasRefused = true;
                    throw first ?? failure;
                }

                first ??= failure;
            }
            catch (RegistryUnreachableException) when (first is not null)
            {
                throw first;
            }
        }

        throw first!;
    }

    // Go: "Client sent an HTTP request to an HTTPS server"; nginx: "The plain HTTP request was sent to HTTPS port".
    private async Task<bool> WantsTlsAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != HttpStatusCode.BadRequest)
        {
            return false;
        }

        try
        {
            var body = await BoundedBody.ReadAsync(answer, BoundedBody.ErrorLimit, Options.IdleTimeout, _client.TimeProvider, cancellationToken, cut: true).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(body).Contains("HTTPS", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

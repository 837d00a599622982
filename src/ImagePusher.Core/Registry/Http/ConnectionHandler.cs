using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The connections of a host: a pool, and connections that serve one request each.</summary>
internal sealed class ConnectionHandler : HttpMessageHandler
{
    private readonly RegistryHost _host;
    private readonly HttpMessageInvoker _pooled;
    private readonly Lazy<HttpMessageInvoker> _unpooled;

    /// <exception cref="ImagePusherException">A certificate file or the handler of the caller could not be used.</exception>
    public ConnectionHandler(RegistryHost host, RegistryClientOptions client)
    {
        _host = host;
        if (client.HandlerFactory is { } create)
        {
            _pooled = new HttpMessageInvoker(WithoutRedirects(create(host.Registry), host.Registry));
            _unpooled = new Lazy<HttpMessageInvoker>(_pooled);
            return;
        }

        if (host.Candidates[0].StartsWith("https:", StringComparison.Ordinal))
        {
            SystemCertificates.LoadAhead();
        }

        var cookies = new CookieContainer();
        var certificates = HostCertificates.Load(host.Registry, host.Settings, client);
        _pooled = new HttpMessageInvoker(Create(host, certificates, cookies));
        _unpooled = new Lazy<HttpMessageInvoker>(() =>
        {
            var handler = Create(host, certificates, cookies);
            handler.PooledConnectionLifetime = TimeSpan.Zero;
            return new HttpMessageInvoker(handler);
        });
    }

    // Redirects are followed by the RedirectHandler, which checks where they lead, and digests are those of the bytes that were sent.
    private static HttpMessageHandler WithoutRedirects(HttpMessageHandler handler, string registry)
    {
        var last = handler;
        while (last is DelegatingHandler { InnerHandler: { } inner })
        {
            last = inner;
        }

        try
        {
            if (last is SocketsHttpHandler sockets && (sockets.AllowAutoRedirect || sockets.AutomaticDecompression != default))
            {
                (sockets.AllowAutoRedirect, sockets.AutomaticDecompression) = (false, DecompressionMethods.None);
            }
            else if (last is HttpClientHandler client && (client.AllowAutoRedirect || client.AutomaticDecompression != default))
            {
                (client.AllowAutoRedirect, client.AutomaticDecompression) = (false, DecompressionMethods.None);
            }

            return handler;
        }
        catch (InvalidOperationException error)
        {
            // Its properties are fixed from its first request on. It may belong to the caller, so it is not disposed of.
            throw new InvalidOptionException(
                $"The HTTP handler for {registry} follows redirects or decompresses, and was already used.",
                "Create a new handler, or one with AllowAutoRedirect false and AutomaticDecompression None.", error);
        }
    }

    // HttpClient would connect without a proxy whose address is not valid, and not report it.
    /// <exception cref="InvalidOptionException">The address of the proxy is not valid.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _ = _host.ProxyOf(request.RequestUri!);
        return (request.Options.TryGetValue(RegistryMessage.NewConnection, out var isNew) && isNew ? _unpooled.Value : _pooled)
            .SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pooled.Dispose();
            if (_unpooled.IsValueCreated)
            {
                _unpooled.Value.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static SocketsHttpHandler Create(RegistryHost host, HostCertificates certificates, CookieContainer cookies)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = true,
            CookieContainer = cookies,
            ConnectTimeout = host.Settings.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            Expect100ContinueTimeout = BodyAnnouncement.Limit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ResponseHeaderEncodingSelector = static (header, _) => UrlHeaderEncoding.For(header),
            UseProxy = true,
            Proxy = host.Proxy,
            ConnectCallback = new AddressCheckedConnector(host).ConnectAsync,
        };
        ServerTrust.Apply(handler.SslOptions, host, certificates);
        return handler;
    }
}

using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Registry;

/// <summary>Makes the HTTP handler of a host: redirects by hand, cookies of its own, TLS as its options say.</summary>
internal static class HostHandler
{
    /// <exception cref="RegistryUnreachableException">A certificate file could not be read.</exception>
    public static SocketsHttpHandler Create(string registry, RegistrySettings options, RegistryClientOptions client)
    {
        var certificates = HostCertificates.Load(registry, options, client);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = true,
            CookieContainer = new CookieContainer(),
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            Expect100ContinueTimeout = Uploads.UploadMemory.AnnouncementLimit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            UseProxy = true,
            Proxy = new LoopbackBypass(client.Proxy ?? new EnvironmentProxy(client.Environment)),
        };
        if (certificates.Client is { } own)
        {
            var host = UrlText.ToUri("https://" + registry).DnsSafeHost;
            handler.SslOptions.LocalCertificateSelectionCallback = (_, target, _, _, _) => target == host ? own : null!;
            handler.SslOptions.ClientCertificates = [own];
        }

        if (options.SkipCertificateCheck)
        {
#pragma warning disable CA5359 // This is what the option says.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (certificates.Authorities.Count > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, certificates.Authorities);
        }

        return handler;
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }

    private sealed class LoopbackBypass(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials { get => proxy.Credentials; set => proxy.Credentials = value; }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => UrlText.IsLoopback(host.Host) || proxy.IsBypassed(host);
    }
}

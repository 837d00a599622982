using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.TestSupport;

/// <summary>A certificate authority made for a test, with a server certificate for loopback and a client certificate, as objects and PEM
/// files.</summary>
public sealed class TestCertificates : IDisposable
{
    /// <summary>The extended key usage of servers (RFC 5280, 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly TemporaryFolder _folder = new();

    /// <summary>Makes new keys and certificates, valid from yesterday until tomorrow.</summary>
    /// <param name="hosts">Names of the server beside those of loopback.</param>
    public TestCertificates(params IEnumerable<string> hosts)
        : this(ServerAuthentication, hosts)
    {
    }

    private TestCertificates(string? serverUsage, IEnumerable<string> hosts)
    {
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ImagePusher test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(yesterday, yesterday.AddDays(2));
        Server = Issue("server", serverUsage, hosts);
        Client = Issue("client", "1.3.6.1.5.5.7.3.2", []);
        AuthorityFile = _folder.Write("ca.crt", Authority.ExportCertificatePem());
        ServerCertificateFile = _folder.Write("server.cert", Server.ExportCertificatePem());
        ServerKeyFile = _folder.Write("server.key", Server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        ClientCertificateFile = _folder.Write("client.cert", Client.ExportCertificatePem());
        ClientKeyFile = _folder.Write("client.key", Client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The authority, which no machine trusts, with its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>A certificate for localhost, 127.0.0.1, ::1 and the other names, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>A certificate for a client, with its key.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>The authority's certificate, ca.crt.</summary>
    public string AuthorityFile { get; }

    /// <summary>The server's certificate, server.cert.</summary>
    public string ServerCertificateFile { get; }

    /// <summary>The server's key, server.key.</summary>
    public string ServerKeyFile { get; }

    /// <summary>The client's certificate, client.cert, as docker's certs.d names it.</summary>
    public string ClientCertificateFile { get; }

    /// <summary>The client's key, client.key.</summary>
    public string ClientKeyFile { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
        Client.Dispose();
        _folder.Dispose();
    }

    /// <summary>Certificates whose server certificate has another extended key usage; null for none.</summary>
    public static TestCertificates WithServerUsage(string? usage) => new(usage, []);

    private X509Certificate2 Issue(string name, string? usage, IEnumerable<string> hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ImagePusher test {name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Prepend("localhost"))
        {
            names.AddDnsName(host);
        }

        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7f;
        using var issued = request.Create(Authority, Authority.NotBefore, Authority.NotAfter, serial);
        using var withKey = issued.CopyWithPrivateKey(key);

        // Through PKCS #12, because SslStream on Windows does not accept a key that exists only in memory.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}

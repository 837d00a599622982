using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The trusted server certificates and the client certificate.</summary>
internal static class ServerTrust
{
    public static void Apply(SslClientAuthenticationOptions tls, RegistryHost host, HostCertificates certificates)
    {
        if (certificates.Client is { } own)
        {
            var name = UrlText.ToUri("https://" + host.Registry).DnsSafeHost;
            tls.LocalCertificateSelectionCallback = (_, target, _, _, _) => target == name ? own : null!;
            tls.ClientCertificates = [own];
        }

        if (host.Settings.SkipCertificateCheck)
        {
#pragma warning disable CA5359 // The meaning of the setting.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (certificates.Authorities.Count > 0)
        {
            tls.RemoteCertificateValidationCallback =
                (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, certificates.Authorities);
        }
    }

    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
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

        // Server authentication; a certificate without the extension is valid for every purpose.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }
}

namespace ImagePusher.TestSupport;

/// <summary>The authority whose bearer tokens a docker-registry trusts (distribution, auth.token).</summary>
/// <param name="Realm">The URL of the token server.</param>
/// <param name="Service">What the registry calls itself: the tokens' audience.</param>
/// <param name="Issuer">The tokens' issuer.</param>
/// <param name="CertificateBundle">A PEM file of the certificates that may sign.</param>
public sealed record RegistryTokenAuthority(Uri Realm, string Service, string Issuer, string CertificateBundle);

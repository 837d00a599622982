namespace ImagePusher.Core.Abstractions;

/// <summary>A credential for a registry. Its text form never contains the secret.</summary>
/// <param name="UserName">The user name; empty for an identity token.</param>
/// <param name="Secret">The password, access token or identity token.</param>
/// <param name="IsIdentityToken">True if the secret is an OAuth2 refresh token (<c>identitytoken</c> in Docker's config.json).</param>
public sealed record RegistryCredential(string UserName, string Secret, bool IsIdentityToken = false)
{
    /// <summary>A credential that is an identity token.</summary>
    public static RegistryCredential FromIdentityToken(string token) => new("", token, true);

    /// <summary>The user name only.</summary>
    public override string ToString() => IsIdentityToken ? "an identity token" : $"user '{UserName}'";
}

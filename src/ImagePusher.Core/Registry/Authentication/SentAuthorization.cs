using System.Net.Http.Headers;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>What a request carried to authenticate itself; none for an anonymous one.</summary>
internal sealed record SentAuthorization(AuthenticationHeaderValue? Header, AccessToken? Token, RegistryCredential? Credential)
{
    public static SentAuthorization None { get; } = new(null, null, null);

    public override string ToString() => Header?.Scheme ?? "none";
}

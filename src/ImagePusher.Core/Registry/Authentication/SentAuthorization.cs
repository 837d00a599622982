using System.Net.Http.Headers;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The authorization of a request; none for an anonymous one.</summary>
internal sealed record SentAuthorization(AuthenticationHeaderValue? Header, AccessToken? Token)
{
    public static SentAuthorization None { get; } = new(null, null);

    public override string ToString() => Header?.Scheme ?? "none";
}

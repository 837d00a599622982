using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Checks every URL from a server: a public registry must not redirect to a private address, and an https registry not to http. The address
/// is checked again when it is connected to, because a name can resolve to any address.
/// </summary>
/// <param name="registry">The registry, for messages.</param>
/// <param name="settings">The settings with the hosts that are allowed nevertheless.</param>
/// <param name="address">The scheme and authority of the registry.</param>
/// <param name="secrets">Removes from messages what was sent to the registry.</param>
internal sealed class ServerUrlPolicy(string registry, RegistrySettings settings, Func<string> address, SecretFilter secrets)
{
    private volatile bool _wasPrivate;
    private volatile bool _wasPublic;

    /// <summary>
    /// True if the registry itself is on this machine or in a private network. A name that ever resolved to a public address belongs to a
    /// public registry: the owner of the name controls its addresses and could return a private one first.
    /// </summary>
    public bool IsPrivate => !_wasPublic && (_wasPrivate || NetworkAddress.IsPrivate(Own.DnsSafeHost));

    private Uri Own => UrlText.ToUri(address());

    /// <summary>Resolves a URL that a server named, and checks it.</summary>
    /// <param name="origin">The URL that was requested.</param>
    /// <param name="location">The URL as the server sent it.</param>
    /// <param name="use">The purpose of the URL.</param>
    /// <param name="purpose">The operation, for messages.</param>
    /// <param name="isVerified">True for content that is verified by its digest.</param>
    /// <exception cref="RegistryException">It is not a URL, or not allowed.</exception>
    public string Resolve(string origin, string location, ServerUrlUse use, string purpose, bool isVerified = false)
    {
        try
        {
            var url = UrlText.Resolve(origin, location);
            Check(url, use, purpose, isVerified);
            return url;
        }
        catch (FormatException error)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {registry} sent a Location that is not a URL, '{secrets.Url(location)}': "
                + $"{error.Message}.",
                "Check the registry's address, and the proxy before it.");
        }
    }

    /// <summary>Checks a complete URL.</summary>
    /// <exception cref="RegistryException">It is not allowed.</exception>
    public void Check(string url, ServerUrlUse use, string purpose, bool isVerified = false)
    {
        var (target, own) = (UrlText.ToUri(url), Own);
        if (own.Scheme == "https" && target.Scheme == "http" && !(isVerified && IsAllowed(target, null)))
        {
            throw Refusal(use, purpose, $"{Named(use)} {secrets.Url(url)}, from https to plain http",
                "Nothing was sent there. Ask the registry's operator to use https.");
        }

        if (!IsOwn(target.DnsSafeHost) && NetworkAddress.IsPrivate(target.DnsSafeHost) && !IsPrivate && !IsAllowed(target, null))
        {
            throw Private(url, use, purpose);
        }
    }

    /// <summary>Checks the target of a redirected deletion: a redirect must not change another registry.</summary>
    /// <remarks>303 requests reading another document (RFC 9110, 15.4.4), not deleting it.</remarks>
    /// <exception cref="RegistryException">It is not allowed.</exception>
    public void CheckDeletion(string origin, string next, HttpStatusCode status, string purpose)
    {
        if (status == HttpStatusCode.SeeOther
            || !UrlText.ToUri(origin).Authority.Equals(UrlText.ToUri(next).Authority, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal(ServerUrlUse.Redirect, purpose, $"redirects the deletion to {secrets.Url(next)}",
                "Nothing was deleted there. Check the registry's address, and the proxy before it.");
        }
    }

    /// <summary>
    /// Decides whether an address may be connected to. The name of the registry can resolve to a private address unless it resolved only to
    /// public ones before.
    /// </summary>
    /// <param name="target">The URL that the connection is for.</param>
    /// <param name="connected">The address that its host was resolved to.</param>
    public bool AllowsConnection(Uri target, IPAddress connected) =>
        IsOwn(target.DnsSafeHost)
            ? _wasPrivate || !_wasPublic || !NetworkAddress.IsPrivate(connected) || IsAllowed(target, connected)
            : !NetworkAddress.IsPrivate(connected) || IsPrivate || IsAllowed(target, connected);

    /// <summary>Records the address of a connection to the registry.</summary>
    public void Connected(Uri target, IPAddress connected)
    {
        if (!IsOwn(target.DnsSafeHost))
        {
            return;
        }

        if (NetworkAddress.IsPrivate(connected))
        {
            _wasPrivate = true;
        }
        else
        {
            _wasPublic = true;
        }
    }

    /// <summary>The error for a target in a private network.</summary>
    public RegistryException Private(string target, ServerUrlUse use, string purpose) => Refusal(
        use, purpose, $"{Named(use)} {secrets.Url(target)}, an address in a private network",
        $"Nothing was sent there. If that host belongs to the registry, add it to AllowedHosts of the settings of {registry}; "
        + "else ask the registry's operator to correct the address.",
        ErrorTopic.ForbiddenHost);

    private static string Named(ServerUrlUse use) => use switch
    {
        ServerUrlUse.Upload => "sends the upload to",
        ServerUrlUse.TokenServer => "names the token server",
        _ => "redirects to",
    };

    private RegistryException Refusal(
        ServerUrlUse use, string purpose, string reason, string recommendedAction, ErrorTopic topic = ErrorTopic.None)
    {
        var message = $"{RegistryFailure.Failed(purpose)}: {registry} {reason}.";
        return use == ServerUrlUse.TokenServer
            ? new RegistryUnauthorizedException(message, recommendedAction, HttpStatusCode.Unauthorized) { Topic = topic }
            : new RegistryProtocolException(message, recommendedAction) { Topic = topic };
    }

    private bool IsOwn(string host) => host.Equals(Own.DnsSafeHost, StringComparison.OrdinalIgnoreCase);

    private bool IsAllowed(Uri target, IPAddress? connected) => settings.AllowedHosts.Count > 0
        && (HostPatterns.Match(settings.AllowedHosts, target.DnsSafeHost, target.Port)
            || (connected is not null && HostPatterns.Match(settings.AllowedHosts, connected.ToString(), target.Port)));
}

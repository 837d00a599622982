using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The proxy of the environment: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, lower case first. They are read for each new
/// connection, since a script may set them at any moment; .NET's own proxy reads them once. A user name and password in them are
/// sent to the proxy when it requires them, and are not part of any address that a message shows.
/// </summary>
internal sealed class EnvironmentProxy(Func<string, string?> environment) : IWebProxy, ICredentials
{
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    // Without variables the system's settings apply, where there are any.
    private static IWebProxy? SystemProxy => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? HttpClient.DefaultProxy : null;

    /// <exception cref="InvalidOptionException">The variable that counts is not the address of a proxy.</exception>
    public Uri? GetProxy(Uri destination) => HostPatterns.Match(Read("NO_PROXY"), destination) ? null
        : Named(destination.Scheme) is { } named ? new UriBuilder(named) { UserName = "", Password = "" }.Uri
        : SystemProxy?.GetProxy(destination);

    // The system proxy of Windows reports no host as bypassed, and names no proxy instead.
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        new[] { Named("https"), Named("http") }.OfType<Uri>()
            .FirstOrDefault(named => named.Authority == uri.Authority && named.UserInfo.Length > 0) is { } found
            ? Credential(found.UserInfo)
            : SystemProxy?.Credentials?.GetCredential(uri, authType);

    private static NetworkCredential Credential(string userInfo)
    {
        var parts = userInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private Uri? Named(string scheme)
    {
        // A web server passes a request's header "Proxy" to a CGI program as HTTP_PROXY (httpoxy.org); http_proxy is another variable,
        // except on Windows.
        var isOfRequest = scheme == "http" && environment("GATEWAY_INTERFACE") is not null
            && (OperatingSystem.IsWindows() || environment("http_proxy") is null);
        var variable = scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY";
        return isOfRequest || Read(variable) is not { } text
            ? Read("ALL_PROXY") is { } other ? Parse(other, "ALL_PROXY") : null
            : Parse(text, variable);
    }

    // The value may contain a password, so a message names the variable only.
    private static Uri Parse(string text, string variable)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var url = scheme < 0 ? "http://" + text
            : text[..scheme].ToUpperInvariant() is "SOCKS" or "SOCKS5H" ? "socks5" + text[scheme..] // As curl and Go name it.
            : text;
        return Uri.TryCreate(url, UriKind.Absolute, out var named) && named.Host.Length > 0 && Schemes.Contains(named.Scheme)
            ? named
            : throw new InvalidOptionException(
                $"The environment variable {variable} is not the address of a proxy.",
                "Set it to http://host:port or to an address of the scheme https, socks4, socks4a or socks5.");
    }

    private string? Read(string name)
    {
#pragma warning disable CA1308 // The variable's other spelling.
        var value = environment(name.ToLowerInvariant()) ?? environment(name);
#pragma warning restore CA1308
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }
}

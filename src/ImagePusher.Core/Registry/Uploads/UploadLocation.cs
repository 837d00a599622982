using System.Globalization;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Reads the Location and Range of an upload's responses (distribution-spec, Pushing a blob in chunks).</summary>
internal static class UploadLocation
{
    /// <summary>
    /// The URL of the next request. The registry's own scheme and port are used where a proxy in front of it changed them.
    /// </summary>
    /// <param name="response">The response that holds the Location.</param>
    /// <param name="host">The registry.</param>
    /// <param name="purpose">The operation, for messages.</param>
    /// <returns>The URL, its query byte for byte; null if the response has no Location.</returns>
    /// <exception cref="RegistryException">The Location is not a URL, or not allowed.</exception>
    public static string? Read(RegistryResponse response, RegistryHost host, string purpose)
    {
        if (response.Header("Location") is not { Length: > 0 } location)
        {
            return null;
        }

        try
        {
            var url = Correct(UrlText.Resolve(response.Url, location), host.BaseUrl);
            if (UrlText.ToUri(url).AbsolutePath == "/")
            {
                throw new FormatException("it has no path");
            }

            host.UrlPolicy.Check(url, ServerUrlUse.Upload, purpose);
            return url;
        }
        catch (FormatException error)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} sent a Location that cannot be used, "
                + $"'{response.Secrets.Url(location)}': {error.Message}.",
                "Check the registry's address, and the proxy before it.", response.Status);
        }
    }

    // Behind a proxy that terminates TLS or drops the port from Host, a registry uses its internal name.
    private static string Correct(string url, string address)
    {
        var (given, own) = (UrlText.ToUri(url), UrlText.ToUri(address));
        if (!given.Host.Equals(own.Host, StringComparison.OrdinalIgnoreCase))
        {
            return url;
        }

        var isMistaken = given.Scheme != own.Scheme && (given.Port == own.Port || given.IsDefaultPort || own.Scheme == "https");
        var lacksPort = given.Scheme == own.Scheme && given.IsDefaultPort && !own.IsDefaultPort;
        return isMistaken || lacksPort ? address + url[url.IndexOf('/', url.IndexOf("//", StringComparison.Ordinal) + 2)..] : url;
    }

    /// <summary>True for distribution's signed state: it contains the offset of the upload, which a cut request makes wrong.</summary>
    public static bool HasState(string url) => url.Contains("_state=", StringComparison.Ordinal);

    /// <summary>
    /// The bytes that the registry has, from the end of <c>0-1023</c> or <c>bytes=0-1023</c>; <c>0-0</c> counts as none, because no blob
    /// has one byte.
    /// </summary>
    public static long ReadOffset(RegistryResponse response)
    {
        var range = response.Header("Range") ?? "";
        var dash = range.LastIndexOf('-');
        return dash >= 0
            && long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            && end is > 0 and < Descriptor.MaximumSize
            ? end + 1
            : 0;
    }
}

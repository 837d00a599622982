using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Reads the Location and Range of an upload's responses (distribution-spec, Pushing a blob in chunks).</summary>
internal static class UploadLocation
{
    /// <summary>The URL of the next request. The registry's own scheme and port are used where a proxy in front of it changed them.</summary>
    /// <param name="answer">The answer that holds the Location.</param>
    /// <param name="host">The registry.</param>
    /// <param name="purpose">For the message.</param>
    /// <returns>The URL, its query byte for byte; null if the answer has no Location.</returns>
    public static string? Read(RegistryResponse answer, RegistryHost host, string purpose)
    {
        if (answer.Header("Location") is not { Length: > 0 } location)
        {
            return null;
        }

        try
        {
            var url = UrlText.Resolve(answer.Url, location);
            var own = UrlText.ToUri(host.BaseUrl);
            var given = UrlText.ToUri(url);
            if (given.Host.Equals(own.Host, StringComparison.OrdinalIgnoreCase))
            {
                // Behind a proxy that ends TLS or drops the port from Host, a registry names itself as it sees itself.
                var isMistaken = given.Scheme != own.Scheme && (given.Port == own.Port || given.IsDefaultPort || own.Scheme == "https");
                var lacksPort = given.Scheme == own.Scheme && given.IsDefaultPort && !own.IsDefaultPort;
                return isMistaken || lacksPort ? host.BaseUrl + url[url.IndexOf('/', url.IndexOf("//", StringComparison.Ordinal) + 2)..] : url;
            }

            if (UrlText.IsPrivateAddress(url) && !host.IsPrivate)
            {
                throw new RegistryProtocolException(
                    $"{RegistryFailure.Failed(purpose)}: {host.Registry} sends the upload to {given.Authority}, an address in a private network.",
                    "Nothing was sent there. Ask the registry's operator to set its external address.");
            }

            return given.Scheme == "http" && own.Scheme == "https"
                ? throw new RegistryProtocolException(
                    $"{RegistryFailure.Failed(purpose)}: {host.Registry} sends the upload from https to plain http, {given.Authority}.",
                    "Nothing was sent there. Ask the registry's operator to set its external address.")
                : url;
        }
        catch (FormatException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} gave a Location that is no URL.", "Check the registry's address, and the proxy before it.", answer.Status);
        }
    }

    /// <summary>True for distribution's signed state: it contains the offset of the upload, which a cut request makes wrong.</summary>
    public static bool HasState(string url) => url.Contains("_state=", StringComparison.Ordinal);

    /// <summary>The bytes that the registry has, from the end of <c>0-1023</c> or <c>bytes=0-1023</c>; <c>0-0</c> counts as none.</summary>
    public static long ReadOffset(RegistryResponse answer)
    {
        var range = answer.Header("Range") ?? "";
        var dash = range.LastIndexOf('-');
        return dash >= 0 && long.TryParse(range.AsSpan(dash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var end) && end > 0
            ? end + 1
            : 0;
    }
}

using System.Net;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Rejects requests that a web page sends through a browser. Registry clients do not send these headers.</summary>
internal static class RequestPolicy
{
    /// <exception cref="RequestRejectedException">421 for a foreign Host, 403 for a cross-origin write.</exception>
    public static void Check(Exchange exchange, ListenAddress address)
    {
        if (!address.Accepts(exchange.RequestHeaders["Host"]) || !address.Accepts(exchange.Target.Authority))
        {
            throw new RequestRejectedException(
                HttpStatusCode.MisdirectedRequest, ErrorCode.Denied, "the host of the request does not name this registry");
        }

        if (!exchange.IsSafe && IsCrossOrigin(exchange.RequestHeaders))
        {
            throw new RequestRejectedException(
                HttpStatusCode.Forbidden, ErrorCode.Denied, "this registry rejects writes from other origins");
        }
    }

    // Fetch standard, 3.2 (Origin); Fetch Metadata, 2.2 (Sec-Fetch-Site).
    private static bool IsCrossOrigin(HeaderTable headers) =>
        (headers["Sec-Fetch-Site"] is { } site && site is not ("same-origin" or "none"))
        || (headers["Origin"] is { } origin && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsOwn(uri, headers["Host"])));

    private static bool IsOwn(Uri origin, string? host) =>
        origin.Scheme is "http" or "https" && string.Equals(origin.Authority, host, StringComparison.OrdinalIgnoreCase);
}

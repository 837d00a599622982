using System.Net.Sockets;
using System.Security.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Describes why a request got no response.</summary>
internal static class ConnectionFailure
{
    private const string PlainHttp = "If the registry does not support TLS, allow plain http.";

    /// <summary>The reason, as the end of a sentence; what to do; and whether another attempt is useless.</summary>
    public static (string Reason, string RecommendedAction, bool IsFinal) Describe(Exception error)
    {
        var innermost = error.GetBaseException();
        return error switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => Proxy(innermost),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                ("was not found by name", "Check the registry's name, and the network's DNS.", false),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Tls(innermost),
            HttpRequestException when innermost is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                ("refused the connection", "Check the address and that the registry is running.", false),
            TimeoutException =>
                (ErrorBody.OneLine(error.Message).TrimEnd('.'),
                    "Check the network; a slow registry may need a longer idle time-out.", false),
            _ => (Text("lost the connection", innermost), "Check the network, and try again.", false),
        };
    }

    private static (string Reason, string RecommendedAction, bool IsFinal) Proxy(Exception innermost) =>
        innermost.Message.Contains("407", StringComparison.Ordinal)
            ? (Text("was not reached", innermost),
                "The proxy requires a user name and password: set them in HTTPS_PROXY, as http://user:password@host:port.", true)
            : (Text("was not reached", innermost), "Check HTTPS_PROXY, and name the hosts that need no proxy in NO_PROXY.", false);

    private static (string Reason, string RecommendedAction, bool IsFinal) Tls(Exception innermost) => innermost switch
    {
        // .NET has no code for bytes that are not a TLS record.
        AuthenticationException { InnerException: null } when innermost.Message.Contains("frame", StringComparison.Ordinal) =>
            ("does not speak TLS at that port", PlainHttp, true),
        AuthenticationException => (Text("could not be trusted", innermost),
            "Specify the registry's certificate authority or put it into docker's certs.d; "
            + "for a registry without TLS allow plain http.", true),
        _ => (Text("did not complete the TLS handshake", innermost), PlainHttp, false),
    };

    private static string Text(string reason, Exception innermost) => $"{reason}: {ErrorBody.OneLine(innermost.Message).TrimEnd('.')}";
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Requires one user and password (RFC 7617). Only their keyed hash is kept, and it is compared in constant time.</summary>
internal sealed class BasicAuthentication : IDisposable
{
    private const string Scheme = "Basic ";

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _expected;

    public BasicAuthentication(NetworkCredential credential) =>
        _expected = Hash(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));

    /// <exception cref="RequestRejectedException">401 with the challenge.</exception>
    public void Check(Exchange exchange)
    {
        var header = exchange.RequestHeaders["Authorization"];
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !IsExpected(header[Scheme.Length..].Trim()))
        {
            throw new RequestRejectedException(HttpStatusCode.Unauthorized, ErrorCode.Unauthorized, "user and password are required")
            {
                Headers = [new("WWW-Authenticate", "Basic realm=\"ImagePusher local registry\", charset=\"UTF-8\"")],
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_expected);
    }

    private bool IsExpected(string encoded)
    {
        var given = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, given, out var count)
            && CryptographicOperations.FixedTimeEquals(Hash(given.AsSpan(0, count)), _expected);
    }

    private byte[] Hash(ReadOnlySpan<byte> text) => HMACSHA256.HashData(_key, text);
}

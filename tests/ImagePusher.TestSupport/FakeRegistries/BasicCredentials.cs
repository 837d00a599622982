using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>Reads a Basic Authorization header (RFC 7617).</summary>
internal static class BasicCredentials
{
    public static bool TryRead(string? authorization, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        (name, password) = (null, null);
        if (authorization is null || !authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var count)
            || Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2) is not [var left, var right])
        {
            return false;
        }

        (name, password) = (left, right);
        return true;
    }
}

using System.Globalization;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The response of a token server (distribution, spec/auth/token).</summary>
/// <param name="Token">The token: a secret.</param>
/// <param name="Life">Its lifetime; at least a minute.</param>
internal sealed record TokenResponse(string Token, TimeSpan Life)
{
    private static readonly TimeSpan MinimumLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaximumLife = TimeSpan.FromDays(30);

    /// <summary>Reads a response.</summary>
    /// <exception cref="FormatException">
    /// It contains no token, or one that a request header cannot carry; the message never shows it.
    /// </exception>
    public static TokenResponse Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var token = json.RootElement.Text("token") ?? json.RootElement.Text("access_token");
            return string.IsNullOrEmpty(token) ? throw new FormatException("responded without a token")
                : token.AsSpan().ContainsAnyExceptInRange('!', '~') ? throw new FormatException("issued a token with invalid characters")
                : new TokenResponse(token, ReadLife(json.RootElement));
        }
        catch (JsonException error)
        {
            throw new FormatException("responded without a token", error);
        }
    }

    /// <summary>Never the token.</summary>
    public override string ToString() => $"a token for {Life}";

    private static TimeSpan ReadLife(JsonElement root)
    {
        // Some servers write the number as text.
        var seconds = root.Property("expires_in") is not { } life ? 0
            : life.ValueKind == JsonValueKind.Number && life.TryGetDouble(out var number) ? number
            : double.TryParse(life.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var text)
                && double.IsFinite(text) ? text
            : 0;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, MinimumLife.TotalSeconds, MaximumLife.TotalSeconds));
    }
}

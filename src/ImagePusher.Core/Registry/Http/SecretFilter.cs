using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Removes the secrets of a request from the error text of its response: some servers repeat them.</summary>
internal sealed class SecretFilter
{
    // A shorter one would match parts of ordinary words.
    private const int ShortestSecret = 4;

    private readonly IReadOnlyList<string> _secrets;

    /// <param name="response">The response.</param>
    /// <param name="credential">The credential of the request; null for none.</param>
    public SecretFilter(HttpResponseMessage response, RegistryCredential? credential)
    {
        var sent = response.RequestMessage?.Headers.Authorization?.Parameter;
        string?[] secrets =
        [
            sent, sent is null ? null : Decoded(sent), credential?.Secret, credential is null
                ? null : Uri.EscapeDataString(credential.Secret),
        ];
        _secrets =
        [
            .. secrets.OfType<string>().Where(secret => secret.Length >= ShortestSecret).Distinct().OrderByDescending(
                secret => secret.Length),
        ];
    }

    public string Hide(string text) =>
        _secrets.Aggregate(text, static (left, secret) => left.Replace(secret, "***", StringComparison.Ordinal));

    /// <summary>Printable text on one line, not too long, without the secrets.</summary>
    public string OneLine(string text) => Hide(ErrorBody.OneLine(Hide(text)));

    // The password in "Basic user:password".
    private static string? Decoded(string parameter)
    {
        var bytes = new byte[parameter.Length];
        return Convert.TryFromBase64String(parameter, bytes, out var count)
            && System.Text.Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2) is [_, var password]
            ? password
            : null;
    }
}

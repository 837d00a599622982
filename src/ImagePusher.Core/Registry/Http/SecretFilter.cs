using System.Text;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Removes from text of a host, or text that quotes it, the secrets that were sent to the host: some servers repeat them, also in the
/// URLs that they name.
/// </summary>
internal sealed class SecretFilter
{
    // A shorter one would match parts of ordinary words.
    private const int ShortestSecret = 4;

    // Of a long session the newest ones: tokens expire.
    private const int MostTokens = 100;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _ofCredentials = [];
    private readonly Queue<string> _tokens = new();
    private volatile RegistryCredential? _last;
    private volatile string[] _spellings = [];

    /// <summary>Takes the secret of a credential.</summary>
    public void Know(RegistryCredential? credential)
    {
        if (credential is null || credential == _last)
        {
            return;
        }

        lock (_lock)
        {
            _ofCredentials.Add(credential.Secret);
            _ofCredentials.Add(Base64($"{credential.UserName}:{credential.Secret}"));
            Spell();
            _last = credential;
        }
    }

    /// <summary>Takes a token.</summary>
    public void Know(string token)
    {
        lock (_lock)
        {
            _tokens.Enqueue(token);
            if (_tokens.Count > MostTokens)
            {
                _tokens.Dequeue();
            }

            Spell();
        }
    }

    /// <summary>Drops the secrets.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _last = null;
            _ofCredentials.Clear();
            _tokens.Clear();
            Spell();
        }
    }

    /// <summary>The text with asterisks in place of secrets.</summary>
    public string Hide(string text) => _spellings.Aggregate(
        text, static (left, secret) => left.Replace(secret, "***", StringComparison.OrdinalIgnoreCase));

    /// <summary>Printable text on one line, not too long, without the secrets.</summary>
    public string OneLine(string text) => Hide(ErrorBody.OneLine(Hide(text)));

    /// <summary>A URL as messages show it: without user name and query, which may be secrets, and not too long.</summary>
    public string Url(string url) => OneLine(UrlText.WithoutUserAndQuery(url));

    /// <summary>The exception for others to see; null if its text, or that of an inner one, has a secret.</summary>
    public Exception? Harmless(Exception error) => error.ToString() is var text && Hide(text) == text ? error : null;

    private void Spell() =>
        _spellings = [.. _ofCredentials.Concat(_tokens).SelectMany(Spellings).Distinct().OrderByDescending(static text => text.Length)];

    // As it is, in a URL, in a form, in JSON, and in the alphabets of base64; each in upper or lower case.
    private static IEnumerable<string> Spellings(string secret)
    {
        var escaped = Uri.EscapeDataString(secret);
        var encoded = Base64(secret);
        string[] all =
        [
            secret, secret.TrimEnd('='), escaped, escaped.Replace("%20", "+", StringComparison.Ordinal),
            System.Text.Json.JsonEncodedText.Encode(secret).ToString(), encoded, encoded.TrimEnd('='), UrlSafe(encoded), UrlSafe(secret),
        ];
        return all.Where(static text => text.Length >= ShortestSecret);
    }

    private static string UrlSafe(string encoded) => encoded.TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

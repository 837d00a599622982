using System.Text;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Removes the secrets that were sent to a host from text of this host and from text that quotes it: some servers repeat them, including in
/// URLs.
/// </summary>
internal sealed class SecretFilter
{
    // A shorter one would match parts of ordinary words.
    private const int ShortestSecret = 4;

    // Only the newest ones of a long session, because tokens expire.
    private const int MostTokens = 100;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _ofCredentials = [];
    private readonly Queue<string> _tokens = new();
    private volatile RegistryCredential? _last;
    private volatile string[] _spellings = [];

    /// <summary>Adds the secret of a credential.</summary>
    public void Add(RegistryCredential? credential)
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

    /// <summary>Adds a token.</summary>
    public void Add(string token)
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

    /// <summary>Removes the secrets.</summary>
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

    /// <summary>The exception if it contains no secret in its text or in that of an inner exception; otherwise null.</summary>
    public Exception? WithoutSecrets(Exception error) => error.ToString() is var text && Hide(text) == text ? error : null;

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

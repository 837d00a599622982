namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The headers of a message. Names are compared without regard to case (RFC 9110, 5.1).</summary>
internal sealed class HeaderTable
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    public int Count => _headers.Count;

    public IReadOnlyList<KeyValuePair<string, string>> All => _headers;

    /// <summary>The value of a header, several joined by commas (RFC 9110, 5.3); null without one. Setting replaces all.</summary>
    public string? this[string name]
    {
        get => Values(name) is { Count: > 0 } values ? string.Join(", ", values) : null;
        set
        {
            _headers.RemoveAll(header => IsNamed(header, name));
            if (value is not null)
            {
                Add(name, value);
            }
        }
    }

    public void Add(string name, string value) => _headers.Add(new(name, value));

    public IReadOnlyList<string> Values(string name) => [.. _headers.Where(header => IsNamed(header, name)).Select(header => header.Value)];

    /// <summary>True if a header that is a list of tokens has this one.</summary>
    public bool HasToken(string name, string token) =>
        (this[name] ?? "").Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    private static bool IsNamed(KeyValuePair<string, string> header, string name) =>
        header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

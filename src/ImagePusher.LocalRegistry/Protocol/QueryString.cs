namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The unescaped parameters of a query. '+' is not decoded to a space: media types contain it.</summary>
internal sealed class QueryString
{
    private readonly List<KeyValuePair<string, string>> _parameters = [];

    private QueryString()
    {
    }

    public string? this[string name] => _parameters.Find(parameter => parameter.Key == name).Value;

    public static QueryString Parse(string text)
    {
        var query = new QueryString();
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            query._parameters.Add(new(Uri.UnescapeDataString(name), Uri.UnescapeDataString(value)));
        }

        return query;
    }

    /// <summary>All values of a repeatable parameter.</summary>
    public IReadOnlyList<string> All(string name) =>
        [.. _parameters.Where(parameter => parameter.Key == name).Select(parameter => parameter.Value)];
}

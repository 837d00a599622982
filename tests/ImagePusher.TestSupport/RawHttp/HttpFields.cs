using System.Collections;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>The header fields of a message, in order and as they were written.</summary>
internal sealed class HttpFields : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>A field's value, several joined by a comma; null if it is not there. Setting replaces all; null removes.</summary>
    public string? this[string name]
    {
        get
        {
            var values = _fields.Where(field => Is(field, name)).Select(field => field.Value).ToList();
            return values.Count == 0 ? null : string.Join(", ", values);
        }

        set
        {
            var at = _fields.FindIndex(field => Is(field, name));
            _fields.RemoveAll(field => Is(field, name));
            if (value is not null)
            {
                _fields.Insert(at < 0 ? _fields.Count : at, new(name, value));
            }
        }
    }

    public void Add(string name, string value) => _fields.Add(new(name, value));

    public bool Has(string name, string token) =>
        this[name]?.Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase)) == true;

    public HttpFields Copy()
    {
        var copy = new HttpFields();
        copy._fields.AddRange(_fields);
        return copy;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Is(KeyValuePair<string, string> field, string name) =>
        field.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

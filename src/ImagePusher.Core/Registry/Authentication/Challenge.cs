namespace ImagePusher.Core.Registry.Authentication;

/// <summary>One way to authenticate that a server offers (RFC 9110, 11.6.1).</summary>
/// <param name="Scheme">The scheme as it was written: Basic, Bearer, Negotiate, …</param>
/// <param name="Parameters">Its parameters, by name in any case.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string? this[string name] => Parameters.GetValueOrDefault(name);
}

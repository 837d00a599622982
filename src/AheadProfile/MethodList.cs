namespace ImagePusher.AheadProfile;

/// <summary>The methods to compile ahead of time.</summary>
internal sealed class MethodList
{
    private readonly HashSet<string> _methods;
    private readonly HashSet<string> _types;
    private readonly HashSet<string> _roots;

    /// <summary>Reads the list.</summary>
    /// <param name="lines">
    /// Names in the form Namespace.Type:Method; each represents all overloads and the methods that the compiler generated for them.
    /// </param>
    public MethodList(IEnumerable<string> lines)
    {
        _methods = lines.ToHashSet(StringComparer.Ordinal);
        _types = _methods.Select(name => name[..name.IndexOf(':', StringComparison.Ordinal)]).ToHashSet(StringComparer.Ordinal);
        _roots = _types.Select(RootOf).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// True if a method belongs to a method of the list, is a constructor of a type in the list, or is in a namespace that the list does
    /// not contain, such as generated code.
    /// </summary>
    /// <param name="type">The type, with '+' before nested types.</param>
    /// <param name="method">The method.</param>
    public bool Contains(string type, string method)
    {
        if (!_roots.Contains(RootOf(type)))
        {
            return true;
        }

        // A constructor may be inlined in its caller and is then not compiled separately.
        var name = method[0] == '.' ? null : MethodName.Of(type, method);
        return name is null ? _types.Contains(MethodName.TypeOf(type)) : _methods.Contains(name);
    }

    private static string RootOf(string type) => type.Split('.')[0];
}

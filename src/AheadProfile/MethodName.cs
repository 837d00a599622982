using System.Text.RegularExpressions;

namespace ImagePusher.AheadProfile;

/// <summary>
/// The source name of a method, Namespace.Type:Method, derived from the names that the compiler generates for lambdas, local functions,
/// iterators and the state machines of async methods. Generated names contain numbers that change with each edit.
/// </summary>
internal static partial class MethodName
{
    /// <summary>The name, or null for a member of a generated class that does not belong to a method, such as its constructor.</summary>
    /// <param name="type">The type, with '+' before nested types.</param>
    /// <param name="method">The method.</param>
    public static string? Of(string type, string method)
    {
        var written = TypeOf(type);
        var isGenerated = written != type;
        var name = Written().Match(isGenerated ? type[written.Length..] + method : method);
        return name.Success ? $"{written}:{name.Groups[1].Value}"
            : isGenerated ? null
            : $"{written}:{method}";
    }

    /// <summary>The source type, in which the compiler may have nested others.</summary>
    /// <param name="type">The type, with '+' before nested types.</param>
    public static string TypeOf(string type) => type.Split("+<")[0];

    // <Method>d__1, <Method>b__2_0, <<Method>b__0>d, <Method>g__Local|3_0; <>c and <>c__DisplayClass4_0 have no name inside.
    [GeneratedRegex(@"<([\w.]+)>[bdg]?[_>]")]
    private static partial Regex Written();
}

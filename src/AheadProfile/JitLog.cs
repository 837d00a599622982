using System.Text.RegularExpressions;

namespace ImagePusher.AheadProfile;

/// <summary>
/// The log that the runtime writes with DOTNET_JitStdOutFile and DOTNET_JitDisasmSummary: one line for each compiled method.
/// </summary>
internal static partial class JitLog
{
    // The local registry is not compiled ahead of time, because it is intended for tests and examples.
    private const string Module = "ImagePusher.";
    private const string LocalRegistry = "ImagePusher.LocalRegistry.";

    /// <summary>The names of the methods of the module, each once.</summary>
    /// <param name="path">The log.</param>
    public static IReadOnlyCollection<string> Methods(string path)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            var method = Compiled().Match(line);
            var type = method.Groups["Type"].Value;
            if (type.StartsWith(Module, StringComparison.Ordinal) && !type.StartsWith(LocalRegistry, StringComparison.Ordinal)
                && MethodName.Of(type, method.Groups["Method"].Value) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    // "  12: JIT compiled Namespace.Type:Method(arguments):result [Tier0, ...": types and methods that are generic are omitted.
    [GeneratedRegex(@"JIT compiled (?<Type>[^:\[]+):(?<Method>[^(\[]+)\(")]
    private static partial Regex Compiled();
}

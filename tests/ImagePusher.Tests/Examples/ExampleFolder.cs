using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>docs/examples.</summary>
internal static class ExampleFolder
{
    public static string FullName { get; } = Path.Combine(Repository.Folder, "docs", "examples");

    public static string PathOf(string name) => Path.Combine(FullName, name);

    public static IEnumerable<string> Names(string pattern) =>
        Directory.GetFiles(FullName, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}

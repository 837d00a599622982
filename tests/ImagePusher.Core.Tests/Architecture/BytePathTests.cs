using System.Globalization;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>
/// The types that docs/architecture.md lists as the path of a byte, told from the compiled code: each is known to one before it, and knows
/// none before it. So data flows forward, and nothing calls back up the path.
/// </summary>
public sealed partial class BytePathTests
{
    // Half of what the first version had.
    private const int MostTypes = 22;

    [Fact]
    public void Each_type_of_the_path_is_known_before_it_and_knows_none_before_it()
    {
        var page = File.ReadAllText(Path.Combine(Root(AppContext.BaseDirectory), "docs/architecture.md"));
        var list = List().Match(page);
        var names = Name().Matches(list.Groups["types"].Value).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(int.Parse(list.Groups["count"].Value, CultureInfo.InvariantCulture), names.Count);
        Assert.InRange(names.Count, 10, MostTypes);

        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var types = assembly.MainModule.GetAllTypes().Where(type => !type.IsNested).ToLookup(type => type.Name);
        var known = assembly.MainModule.GetAllTypes().ToLookup(References.Outermost, References.Of);
        var path = names.Where(types.Contains).Select(name => types[name].Single()).ToList();

        // Only the cmdlet and what starts its copies belong to the module.
        Assert.Equal(["PushImageTarCommand", "CopyRunner"], names.Except(path.Select(type => type.Name)));
        var before = new List<TypeDefinition>();
        foreach (var type in path)
        {
            var used = known[type.FullName].SelectMany(uses => uses).Select(use => use.FullName).ToHashSet();
            Assert.Empty(before.Where(earlier => used.Contains(earlier.FullName)).Select(earlier => $"{type.Name} -> {earlier.Name}"));
            Assert.True(
                before.Count == 0 || before.Any(earlier => known[earlier.FullName].SelectMany(uses => uses)
                    .Any(use => WithBases(type).Contains(use.FullName))),
                $"Nothing before {type.Name} knows it.");
            before.Add(type);
        }
    }

    private static HashSet<string> WithBases(TypeDefinition type)
    {
        var names = new HashSet<string>();
        for (var current = type; current is not null && current.FullName != "System.Object"; current = current.BaseType?.Resolve())
        {
            names.Add(current.FullName);
            names.UnionWith(current.Interfaces.Select(used => used.InterfaceType.FullName).Where(name => !IsOfSystem(name)));
        }

        return names;
    }

    private static bool IsOfSystem(string name) => name.StartsWith("System.", StringComparison.Ordinal);

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : Root(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);

    [GeneratedRegex(@"passes (?<count>\d+) types, in this order: (?<types>[^.]+)\.", RegexOptions.Singleline)]
    private static partial Regex List();

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Name();
}

using ImagePusher.Core.Inspection;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>The result of the upper layers for a path is the same as the result of all layers.</summary>
public sealed class FileLookupTests
{
    private static readonly string[] Names = ["a", "b", "a/b", "a/c", "a/b/c", "b/c", ".wh.a", "a/.wh.b", "a/.wh..wh..opq", "a/b/.wh.c",
        ".wh..wh..opq"];

    [Fact]
    public void A_determined_path_has_the_same_file_in_the_upper_layers_as_in_all_layers()
    {
        var random = new Random(20261127);
        var decided = 0;
        for (var run = 0; run < 3000; run++)
        {
            var layers = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Layer(random)).ToList();
            foreach (var path in new[] { "a", "a/b", "a/b/c", "b/c", "b" })
            {
                var lookup = new FileLookup([path]);
                for (var count = 1; count <= layers.Count; count++)
                {
                    // Uppermost first.
                    lookup.Descend(layers[^count].ToDictionary(entry => entry.Path));
                    if (lookup.IsDecided)
                    {
                        decided++;
                        Assert.Equal(Merged(layers, 0, path), Merged(layers, layers.Count - count, path));
                        break;
                    }
                }
            }
        }

        Assert.InRange(decided, 1000, 15_000);
    }

    [Theory]
    [InlineData("./a/../b//c", "b/c", true)]
    [InlineData("/a", "a", true)]
    [InlineData("./a/.", "a", false)]
    [InlineData("../../a", "a", true)]
    [InlineData("a.b/..c", "a.b/..c", false)]
    [InlineData("/", "", true)]
    public void Names_are_cleaned_as_paths_from_the_root(string name, string path, bool isUnsafe)
    {
        Assert.Equal((path, isUnsafe), (LayerPath.Clean(name, out var found), found));
    }

    private static List<LayerEntry> Layer(Random random)
    {
#pragma warning disable CA5394 // Content for a test, no secret.
        var names = Names.OrderBy(_ => random.Next()).Take(random.Next(1, 5)).ToList();
        return [.. names.Select((name, ordinal) => Entry(name, random.Next(6), ordinal))];
#pragma warning restore CA5394
    }

    // Links only where nothing is below them: what a link of a lower layer changes is a matter of the merged tree.
    private static LayerEntry Entry(string name, int kind, int ordinal) =>
        LayerPath.NameOf(name).StartsWith(".wh.", StringComparison.Ordinal)
            ? new LayerEntry(name, LayerEntryKind.File, 0) { Ordinal = ordinal }
        : kind switch
        {
            0 => new LayerEntry(name, LayerEntryKind.Directory, 0) { Ordinal = ordinal },
            1 when name is "a/c" or "b/c" => new LayerEntry(name, LayerEntryKind.SymbolicLink, 0) { Ordinal = ordinal, Link = "/b" },
            _ => new LayerEntry(name, LayerEntryKind.File, 1) { Ordinal = ordinal },
        };

    private static (LayerEntryKind?, int, int)? Merged(List<List<LayerEntry>> layers, int first, string path)
    {
        var tree = new FileTree();
        for (var number = first; number < layers.Count; number++)
        {
            layers[number].ForEach(entry => tree.Apply(number, entry));
        }

        // A folder can have content in every layer; only files end the search early.
        return tree.Find(path) is not { } node ? null
            : node.IsDirectory ? (LayerEntryKind.Directory, 0, 0)
            : (node.Entry!.Kind, node.ContentLayer, node.Entry.Ordinal);
    }
}

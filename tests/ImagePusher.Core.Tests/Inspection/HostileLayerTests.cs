using ImagePusher.Core.Inspection;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>Layers whose links and markers multiply end in bounded time and depth.</summary>
public sealed class HostileLayerTests
{
    private readonly FileTree _tree = new();

    [Fact]
    public void Links_to_several_links_each_are_counted_together()
    {
        for (var number = 0; number < 38; number++)
        {
            Assert.True(Link($"l{number}", string.Join('/', Enumerable.Repeat($"l{number + 1}", 10))));
        }

        Assert.True(Link("l38", "."));
        Assert.False(_tree.Apply(0, File("l0/x")));
        Assert.Null(_tree.Find("l0/x"));
        Assert.True(_tree.Apply(0, File("l38/y")));
        Assert.Equal("/y", _tree.Find("l38/y")!.Path);
    }

    [Fact]
    public void The_depth_of_links_is_limited_by_the_maximum_path_length()
    {
        var steps = string.Join('/', Enumerable.Repeat("a", 2000));
        Assert.True(Link("l0", steps));
        for (var number = 1; number < 39; number++)
        {
            Assert.True(Link($"l{number}", $"l{number - 1}/{steps}"));
        }

        Assert.False(_tree.Apply(0, File("l38/x")));
        Assert.True(_tree.Apply(0, File("l0/x")));
        Assert.All(_tree.All(), node => Assert.InRange(node.Path.Length, 2, InspectionLimits.FilePath + 1));
        Assert.True(_tree.Apply(1, File(".wh..wh..opq")));
        Assert.Empty(_tree.All());
    }

    [Fact]
    public void A_folder_that_a_layer_hides_repeatedly_is_searched_once()
    {
        const int Count = 100_000;
        for (var number = 0; number < Count; number++)
        {
            _tree.Apply(number % 2, File($"d/f{number}"));
        }

        for (var number = 0; number < Count; number++)
        {
            Assert.True(_tree.Apply(1, File(number % 2 == 0 ? "d/.wh..wh..opq" : ".wh.d")));
        }

        Assert.Equal(Count / 2, _tree.Find("d")!.Children.Count);
    }

    [Fact]
    public void Paths_through_too_many_folders_are_an_error()
    {
        var deep = string.Join('/', Enumerable.Repeat("a", 2000));
        Assert.Throws<LimitExceededException>(() =>
        {
            for (var number = 0; number < InspectionLimits.LayerEntries; number++)
            {
                _tree.Apply(0, File($"{deep}/{number % 10}"));
            }
        });
    }

    [Theory]
    [InlineData("deep paths")]
    [InlineData("links to deep paths")]
    [InlineData("folders of one file each")]
    public void Folders_without_entries_are_limited(string attack)
    {
        var deep = string.Join('/', Enumerable.Repeat("a", 2000));
        Assert.True(Link("l", deep));
        Assert.Throws<LimitExceededException>(() =>
        {
            for (var number = 0; number < InspectionLimits.LayerEntries; number++)
            {
                switch (attack)
                {
                    case "deep paths":
                        _tree.Apply(0, File($"{number}/{deep}"));
                        break;
                    case "links to deep paths":
                        _tree.Apply(0, new LayerEntry($"{number}/l", LayerEntryKind.HardLink, 0) { Link = "l" });
                        _tree.Apply(0, File($"{number}/l/x"));
                        break;
                    default:
                        _tree.Apply(0, File($"{number}/x"));
                        break;
                }
            }
        });
        var nodes = _tree.All().ToList();
        Assert.InRange(nodes.Count, 1, 2 * InspectionLimits.ImpliedFolders + 2);
        Assert.InRange(nodes.Sum(node => (long)node.PathLength), 1, InspectionLimits.NameCharacters + InspectionLimits.FilePath);
    }

    [Theory]
    [InlineData(LayerEntryKind.File, "l0/x", "l40")]
    [InlineData(LayerEntryKind.File, "l0/.wh.x", "missing")]
    [InlineData(LayerEntryKind.HardLink, "y", "missing")]
    internal void All_parts_of_links_that_lead_nowhere_are_counted(LayerEntryKind kind, string path, string last)
    {
        const int Parts = 1000;
        var rest = string.Concat(Enumerable.Repeat("/a", Parts));
        for (var number = 0; number < InspectionLimits.FileLinks; number++)
        {
            Assert.True(Link($"l{number}", (number < InspectionLimits.FileLinks - 1 ? $"l{number + 1}" : last) + rest));
        }

        Assert.True(Link("l40", "l0"));
        var applied = 0;
        Assert.Throws<LimitExceededException>(() =>
        {
            for (; applied < InspectionLimits.LayerEntries; applied++)
            {
                _tree.Apply(1, new LayerEntry(path, kind, 0) { Link = "l0/x" });
            }
        });
        Assert.InRange(applied, 1, InspectionLimits.PathSteps / (Parts * InspectionLimits.FileLinks));
    }

    private static LayerEntry File(string path) => new(path, LayerEntryKind.File, 1);

    private bool Link(string path, string target) => _tree.Apply(0, new LayerEntry(path, LayerEntryKind.SymbolicLink, 0) { Link = target });
}

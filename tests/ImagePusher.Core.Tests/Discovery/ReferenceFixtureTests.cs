using ImagePusher.Core.Discovery;

namespace ImagePusher.Core.Tests.Discovery;

/// <summary>The references found in each file of tests/Fixtures/References match the file with the expected result, at exact
/// positions.</summary>
public sealed class ReferenceFixtureTests
{
    public static TheoryData<string> Fixtures => [.. ReferenceFixture.Names];

    [Fact]
    public void There_are_files_of_every_kind() => Assert.InRange(ReferenceFixture.Names.Count(), 40, 1000);

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void A_file_gives_its_expected_result(string name)
    {
        var actual = string.Concat(ReferenceFixture.Describe(name).Select(line => line + "\n"));
        var path = Path.Combine(ReferenceFixture.Folder, name);
        File.WriteAllText(path + ".actual", actual);
        Assert.Equal(File.Exists(path + ".expected") ? File.ReadAllText(path + ".expected").ReplaceLineEndings("\n") : "missing", actual);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void A_reference_is_replaced_at_its_position_and_every_other_byte_stays(string name)
    {
        var path = Path.Combine(ReferenceFixture.Folder, name);
        if (name == "binary.yaml")
        {
            Assert.Throws<InvalidFileException>(() => ReferenceFixture.Scan(name));
            return;
        }

        var scan = ReferenceFixture.Scan(name);
        var before = File.ReadAllBytes(path);
        var width = name.StartsWith("utf16", StringComparison.Ordinal) ? 2 : 1;
        Assert.Equal(before, scan.Source.Replace([]));
        foreach (var found in scan.Found.Where(found => found.IsVerbatim))
        {
            var after = scan.Source.Replace([new TextEdit(found.Place.Offset, found.Text.Length, "X")]);
            var start = (int)scan.Source.ByteOffsetOf(found.Place.Offset);
            Assert.Equal(found.Text.ToCharArray(), Enumerable.Range(0, found.Text.Length).Select(i => (char)before[start + (i * width)]));
            Assert.Equal([.. before[..start], .. width == 2 ? "X\0"u8 : "X"u8, .. before[(start + (found.Text.Length * width))..]], after);
            Assert.StartsWith(found.Text, scan.Source.Text[(scan.Source.LineStart(found.Place.Line) + found.Place.Column - 1)..],
                StringComparison.Ordinal);
        }
    }
}

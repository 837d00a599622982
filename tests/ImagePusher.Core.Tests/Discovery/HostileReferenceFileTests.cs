using System.Text;
using ImagePusher.Core.Discovery;

namespace ImagePusher.Core.Tests.Discovery;

/// <summary>Files designed for an endless search or for exhausting the memory are processed in bounded time, and their valid references are
/// found.</summary>
public sealed class HostileReferenceFileTests
{
    [Theory]
    [InlineData("a mapping merged with itself", "&r\n<<: [*r, *r, *r, *r, *r, *r, *r, *r, *r, *r]\nkind: Pod\n")]
    [InlineData("a list in itself", "apiVersion: v1\nkind: List\nitems: &r [*r]\n")]
    [InlineData("a job in itself", "jobs: &r [{jobs: *r}]\n")]
    public void An_anchor_within_its_own_value_is_an_error(string attack, string text)
    {
        Assert.NotNull(attack);
        var error = Assert.Single(Scan("azure-pipelines.yaml", text).Errors);
        Assert.IsType<InvalidFileException>(error);
        Assert.Contains("within its own value", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x0: &x0 {a: b}\n", "x$n: &x$n {<<: [*x$p, *x$p, *x$p, *x$p, *x$p, *x$p, *x$p, *x$p]}\n", 12)]
    [InlineData("k0: &k0 {items: []}\n", "k$n: &k$n {kind: List, items: [*k$p]}\n", 20_000)]
    [InlineData("k0: &k0 {x: []}\n", "k$n: &k$n {jobs: [*k$p]}\n", 20_000)]
    public void Aliases_of_aliases_neither_multiply_nor_nest_beyond_the_limits(string first, string each, int count) =>
        Assert.IsType<LimitExceededException>(Assert.Single(Scan("azure-pipelines.yaml", first + Numbered(each, count)).Errors));

    [Theory]
    [InlineData("@\n", "list.list")]
    [InlineData("---\n- *a\n", "documents.yaml")]
    [InlineData("---\nspec: [\n", "open.yaml")]
    public void A_file_with_only_errors_is_not_read_to_its_end(string line, string name)
    {
        var errors = Scan(name, Repeat(line, 200_000)).Errors;
        Assert.Equal(DiscoveryLimits.Errors + 1, errors.Count);
        Assert.IsType<LimitExceededException>(errors[^1]);
    }

    [Theory]
    [InlineData("Dockerfile", "FROM a\nONBUILD ", "ONBUILD ", 200_000, "FROM b\n")]
    [InlineData("Dockerfile", "FROM a\nRUN --mount=", "from=0,", 500_000, "x\n")]
    [InlineData("values.yaml", "# ", "{{/*", 2_000_000, "*/ x\nb: c\n")]
    [InlineData("values.yaml", "# ", "{{- /* ", 1_000_000, "\nb: c\n")]
    public void Words_with_repeated_beginnings_are_read_once(string name, string start, string word, int count, string end) =>
        Assert.InRange(Scan(name, start + Repeat(word, count) + end).Found.Count, 0, 2);

    [Theory]
    [InlineData("FROM a:1\n   \\")]
    [InlineData("FROM a:1\n \t\\\n# a comment\n\\\n\n")]
    [InlineData("# escape=`\r\n \t`\r\nFROM a:1\r\n   `")]
    public void An_instruction_of_escapes_alone_is_ignored(string text)
    {
        var scan = Scan("Dockerfile", text);
        Assert.Empty(scan.Errors);
        Assert.Equal("docker.io/library/a:1", Assert.Single(scan.Found).Reference.ToString());
    }

    [Fact]
    public void References_beyond_the_limit_are_an_error_and_those_before_are_found()
    {
        var scan = Scan("all.list", Numbered("a$n\n", DiscoveryLimits.References + 10));
        Assert.Equal(DiscoveryLimits.References, scan.Found.Count);
        Assert.IsType<LimitExceededException>(Assert.Single(scan.Errors));
    }

    [Fact]
    public void A_value_that_is_much_longer_than_a_reference_is_one_error()
    {
        var value = Repeat(" a\\x62", 1_000_000);
        var text = $"x: &x \"{value}\"\nservices:\n" + Numbered("  s$n: {image: *x}\n", 100_000);
        Assert.IsType<InvalidReferenceException>(Assert.Single(Scan("compose.yaml", text).Errors));
    }

    [Fact]
    public void A_long_key_is_shortened_in_the_path_of_a_reference()
    {
        var text = $"services:\n  ? {Repeat("k", 500_000)}\n  :\n    volumes:\n"
            + Numbered("      - {type: image, source: \"a$n\"}\n", 3000);
        var found = Scan("compose.yaml", text).Found;
        Assert.Equal(3000, found.Count);
        Assert.All(found, reference => Assert.InRange(reference.Place.Why.Length, 1, 300));
    }

    [Fact]
    public void Many_charts_with_lists_of_images_are_each_read_once()
    {
        var chart = "---\napiVersion: v2\nname: a\nversion: 1.0.0\nannotations:\n  helm.sh/images: |\n    - image: nginx:1\n";
        Assert.Equal(20_000, Scan("Chart.yaml", Repeat(chart, 20_000)).Found.Count);
    }

    [Theory]
    [InlineData("ARG a=$x\n", "ARG b$n=$a\n")]
    [InlineData("ARG a=$x", " b$n=$a")]
    [InlineData("ARG a=$x\n", "ARG b=${a:-x}\n")]
    public void Arguments_that_expand_to_long_text_repeatedly_are_an_error(string first, string each)
    {
        var text = $"{first.Replace("$x", Repeat("x", 4000), StringComparison.Ordinal)}{Numbered(each, 20_000)}\nFROM $b\n";
        Assert.IsType<LimitExceededException>(Assert.Single(Scan("Dockerfile", text).Errors));
    }

    [Theory]
    [InlineData("", "app:$n\n")]
    [InlineData("# ä\n", "a-b.example/app:$n # äöü\n")]
    [InlineData("\ufeff", "app:$n\r\n")]
    public void The_offset_of_each_reference_is_counted_in_bytes_in_one_pass(string first, string each)
    {
        var bytes = Encoding.UTF8.GetBytes(first + Numbered(each, 90_000));
        var source = SourceText.Of("/x/all.list", bytes);
        var found = ReferenceScan.Read(source, new ScanOptions()).Found;
        Assert.Equal(90_000, found.Count);
        foreach (var reference in found.Append(found[0]))
        {
            Assert.True(bytes.AsSpan((int)source.ByteOffsetOf(reference.Place.Offset)).StartsWith(Encoding.UTF8.GetBytes(reference.Text)),
                reference.Text);
        }
    }

    private static string Numbered(string each, int count) => string.Concat(Enumerable.Range(1, count).Select(number => each
        .Replace("$n", $"{number}", StringComparison.Ordinal).Replace("$p", $"{number - 1}", StringComparison.Ordinal)));

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static ReferenceScan Scan(string name, string text) =>
        ReferenceScan.Read(SourceText.Of($"/x/{name}", Encoding.UTF8.GetBytes(text)), new ScanOptions());
}

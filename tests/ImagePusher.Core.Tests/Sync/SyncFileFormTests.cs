using System.Globalization;
using System.Text;
using ImagePusher.Core.Sync;

namespace ImagePusher.Core.Tests.Sync;

/// <summary>Typical sync files: the forms that YAML permits, and values that other tools interpret as other types.</summary>
public sealed class SyncFileFormTests
{
    private const string Sample = """
        # the team's images
        a.b:
          images: # named
            app: ["1.0", '2.0']
          images-by-semver:
            tool: ^1.2	# a tab before a comment

        """;

    // Values that a YAML parser would convert to a number, a date or a Boolean remain unchanged text.
    [Theory]
    [InlineData("1.10")]
    [InlineData("'1.10'")]
    [InlineData("010")]
    [InlineData("0o17")]
    [InlineData("0x1F")]
    [InlineData("1e3")]
    [InlineData("2024-01-01")]
    [InlineData("20240101")]
    [InlineData("yes")]
    [InlineData("no")]
    [InlineData("true")]
    [InlineData("'null'")]
    [InlineData("\"null\"")]
    [InlineData("!!str null")]
    [InlineData("!!str 1.10")]
    [InlineData("!!float 1.10")]
    [InlineData("1_000")]
    public void A_tag_is_read_as_text(string text)
    {
        var expected = text.Split(' ')[^1].Trim('\'', '"');
        Assert.Equal([expected], Read($"a.b:\n  images:\n    app: [{text}]\n").Entries[0].Rule.Names!);
        Assert.Equal([expected], Read($"a.b:\n  images:\n    app:\n      - {text} # comment\n").Entries[0].Rule.Names!);
        Assert.Equal([expected], Read($"a.b:\r\n  images:\r\n    app:\r\n    -   {text}\t\r\n").Entries[0].Rule.Names!);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("[a]")]
    [InlineData("{a: b}")]
    public void A_tag_that_is_not_text_is_an_error_at_its_position(string text)
    {
        var error = Assert.Throws<InvalidOptionException>(() => Read($"a.b:\n  images:\n    app:\n    - '1'\n    - {text}\n"));
        Assert.Matches("^m.yml, line [56], column [0-9]+: the tag or digest is not text", error.Message);
    }

    [Theory]
    [InlineData("utf-8", false, "\n")]
    [InlineData("utf-8", true, "\n")]
    [InlineData("utf-8", true, "\r\n")]
    [InlineData("utf-16", true, "\r\n")]
    [InlineData("utf-16BE", true, "\n")]
    [InlineData("utf-32", true, "\n")]
    public void Encodings_and_line_endings_change_nothing(string encoding, bool hasMark, string end)
    {
        var coding = Encoding.GetEncoding(encoding);
        var content = coding.GetBytes(Sample.ReplaceLineEndings(end));
        var file = SyncFileReader.Read(hasMark ? [.. coding.GetPreamble(), .. content] : content, "m.yml", _ => null, "/");
        Assert.Equal(["a.b/app 4", "a.b/tool 6"], file.Entries.Select(entry => $"{entry.Repository} {entry.Line}"));
        Assert.Equal(["1.0", "2.0"], file.Entries[0].Rule.Names!);
    }

    [Fact]
    public void Anchors_aliases_and_merges_are_resolved()
    {
        var file = Read("""
            %YAML 1.2
            ---
            a.b: &defaults
              tls-verify: no
              images: &images
                app: &tags ["1.0"]
                tool: *tags
            c.d:
              <<: *defaults
              images-by-semver: {app: 1.10}
            e.f: {<<: [*defaults], tls-verify: yes}
            g.h: *defaults
            ...
            """);
        Assert.Equal(
            ["a.b/app", "a.b/tool", "c.d/app ~", "c.d/app", "c.d/tool", "e.f/app", "e.f/tool", "g.h/app", "g.h/tool"],
            file.Entries.Select(entry => $"{entry.Repository}{(entry.Rule.Names is null ? " ~" : "")}"));
        Assert.Equal([true, true, false, true], file.Registries.Values.Select(registry => registry.SkipCertificateCheck));
        Assert.True(file.Entries[2].Rule.Selects("1.10.4"));
        Assert.False(file.Entries[2].Rule.Selects("1.1"));
    }

    [Theory]
    [InlineData("a.b:\n  images: !include other.yml\n", 2, 11)]
    [InlineData("a.b:\n  images:\n    app: [!vault secret]\n", 3, 11)]
    [InlineData("a.b:\n  images:\n    app: !reference [x]\n", 3, 10)]
    [InlineData("a.b: !!set {images}\n", 1, 6)]
    [InlineData("a.b:\n  images:\n    app:\n      - !!binary MS4w\n", 4, 9)]
    [InlineData("!join {a.b: {}}\n", 1, 1)]
    public void A_tag_of_an_application_is_not_supported_at_its_position(string text, int line, int column)
    {
        var error = Assert.Throws<UnsupportedContentException>(() => Read(text));
        Assert.StartsWith($"m.yml, line {line}, column {column}: the tag '", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker.io: {}\nindex.docker.io: {}\n", 2, 1)]
    [InlineData("docker.io: {tls-verify: false}\n\nregistry-1.docker.io: {}\n", 3, 1)]
    [InlineData("a.b: {}\n\"a.b\": {}\n", 2, 1)]
    [InlineData("a.b: {images: {app: [], 'app': []}}\n", 1, 25)]
    public void A_registry_or_key_that_occurs_twice_is_an_error(string text, int line, int column)
    {
        var error = Assert.Throws<InvalidOptionException>(() => Read(text));
        Assert.Matches($"^m.yml, line {line}, column {column}: .* occurs twice", error.Message);
    }

    [Theory]
    [InlineData("a.b:\n  images:\n    app: [1\n  - x\n", 3)]
    [InlineData("a.b: *missing\n", 1)]
    [InlineData("a.b: {images: {app: ['1]}}\n", 1)]
    [InlineData("ghcr.io/owner: {images: {app: []}}\n", 1)]
    [InlineData("a.b:\n  credentials:\n    username: x\n    password: ''\n", 4)]
    [InlineData("a.b:\n  credentials:\n    password:\n", 3)]
    [InlineData("version: 1\nsync:\n- {source: a.b/c, target: a.b/d, type: repository, tags: {allow: 1.*}}\n", 3)]
    [InlineData("version: 1\ncreds:\n- registry: a.b\n- registry: a.b\n", 4)]
    public void A_structural_error_is_reported_with_its_line(string text, int line)
    {
        var error = Assert.Throws<InvalidOptionException>(() => Read(text));
        Assert.Matches($"^m.yml, line ({line}|{line + 1}), column [0-9]+: ", error.Message);
    }

    [Theory]
    [InlineData("a.b:\n\timages: {}\n", 2, 1)]
    [InlineData("# x\na.b:\n  images:\n  \tapp: []\n", 4, 3)]
    [InlineData("a.b:\r\n  images:\r\n    app:\r\n    - x\r\n\t- y\r\n", 5, 1)]
    public void A_tab_that_indents_a_line_is_an_error_at_its_position(string text, int line, int column)
    {
        var error = Assert.Throws<InvalidOptionException>(() => Read(text));
        Assert.StartsWith($"m.yml, line {line}, column {column}: a tab indents the line", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_whose_lines_are_comments_is_empty()
    {
        var file = Read("a.b:\n  credentials:\n    # username: x\n  images-by-semver:\n  images:\n    app:\nc.d:\n");
        Assert.Equal((2, null), (file.Registries.Count, file.Registries["a.b"].Credential));
        Assert.True(Assert.Single(file.Entries).Rule.Selects("any"));
        Assert.Empty(Read("version: 1\ncreds:\ndefaults:\nsync:\n").Entries);
    }

    [Theory]
    [InlineData("certificates")]
    [InlineData("./certificates")]
    [InlineData("../parent/certificates")]
    public void A_folder_of_certificates_is_relative_to_the_current_folder(string path)
    {
        using var folder = new TestSupport.TemporaryFolder();
        var expected = folder.Folder(Path.Combine("parent", "certificates"));
        var file = SyncFileReader.Read(
            Encoding.UTF8.GetBytes($"a.b: {{cert-dir: {path}}}"), "m.yml", _ => null, folder["parent"]);
        Assert.Equal(expected, file.Registries["a.b"].CertificateFolder);
    }

    [Fact]
    public void A_long_file_is_read_up_to_the_limits()
    {
        var entries = string.Concat(Enumerable.Range(0, SyncLimits.Entries).Select(number =>
            string.Create(CultureInfo.InvariantCulture, $"    app{number}: ['1.0', 2.0, '3.0'] # {number}\n")));
        Assert.Equal(SyncLimits.Entries, Read($"a.b:\n  images:\n{entries}").Entries.Count);
        Assert.Throws<LimitExceededException>(() => Read($"a.b:\n  images:\n{entries}    more: []\n"));
        using var folder = new TestSupport.TemporaryFolder();
        var large = folder.Write("large.yml", $"a.b: {{}}\n# {new string('x', 10_000_000)}\n");
        Assert.Throws<LimitExceededException>(() => SyncFileReader.ReadFile(large, "large.yml", _ => null, "/"));
    }

    private static SyncFile Read(string text) => SyncFileReader.Read(Encoding.UTF8.GetBytes(text), "m.yml", _ => null, Path.GetTempPath());
}

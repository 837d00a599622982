using System.Text;
using System.Text.Json;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

public sealed class IndexSnapshotTests
{
    private const string Foreign =
        """
        {
          "schemaVersion": 2,
          "x-future": {"a": [1, 2]},
          "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json",
             "digest": "sha256:1111111111111111111111111111111111111111111111111111111111111111",
             "size": 1, "x-own": "caf\u00e9",
             "annotations": {"org.opencontainers.image.ref.name": "one"}},
            {"mediaType": "application/x", "digest": "blake3:22", "size": 2}
          ],
          "annotations": {"by": "another tool"}
        }
        """;

    [Fact]
    public void Fields_and_entries_of_other_tools_stay_byte_for_byte()
    {
        var snapshot = Parse(Foreign);
        var draft = new IndexDraft(snapshot);
        draft.Put(Entry("example.com/app:1", "a"));
        var text = Encoding.UTF8.GetString(draft.ToSnapshot().Raw.Span);

        Assert.Contains(""" "x-future": {"a": [1, 2]},""", text, StringComparison.Ordinal);
        Assert.Contains(""" "x-own": "caf\u00e9",""", text, StringComparison.Ordinal);
        Assert.Contains("""{"mediaType": "application/x", "digest": "blake3:22", "size": 2},{""", text, StringComparison.Ordinal);
        Assert.Contains(""" "annotations": {"by": "another tool"}""", text, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        Assert.Equal(3, document.RootElement.GetProperty("manifests").GetArrayLength());
    }

    [Fact]
    public void An_entry_with_an_unknown_digest_algorithm_is_kept_and_not_listed()
    {
        var snapshot = Parse(Foreign);
        Assert.Equal(("one", true), (Assert.Single(snapshot.Entries).Name, snapshot.HasUnknown));
        Assert.Equal(2, snapshot.Slots.Count);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"manifests":null}""")]
    [InlineData("""{"schemaVersion":2}""")]
    [InlineData("""{"schemaVersion":2,"manifests":null}""")]
    [InlineData("""{ "manifests" : [ ] , "schemaVersion" : 2 }""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"annotations":{}}""")]
    public void Entries_are_added_to_an_empty_index_and_removed_again(string json)
    {
        var draft = new IndexDraft(Parse(json));
        draft.Put(Entry("one", "a"));
        draft.Put(Entry("two", "b"));
        var two = draft.ToSnapshot();
        var read = Parse(Encoding.UTF8.GetString(two.Raw.Span));
        Assert.Equal(["one", "two"], read.Entries.Select(entry => entry.Name));

        // A change computes the same positions that parsing its bytes gives: the next change relies on them.
        Assert.Equal(read.Slots.Select(slot => (slot.Slot.Start, slot.Slot.Length)),
            two.Slots.Select(slot => (slot.Slot.Start, slot.Slot.Length)));

        var removal = new IndexDraft(two);
        Assert.Equal(1, removal.Remove(entry => entry.Name == "one"));
        Assert.Equal("two", Assert.Single(Parse(Encoding.UTF8.GetString(removal.ToSnapshot().Raw.Span)).Entries).Name);
        var clear = new IndexDraft(two);
        clear.Clear();
        Assert.Empty(Parse(Encoding.UTF8.GetString(clear.ToSnapshot().Raw.Span)).Slots);
    }

    [Fact]
    public void A_name_exists_once_in_either_annotation()
    {
        var draft = new IndexDraft(Parse(Foreign));
        draft.Put(Entry("one", "a"));
        draft.Put(Entry("one", "b"));
        Assert.Equal(Digest.Of("b"u8), Assert.Single(draft.Entries).Digest);
        Assert.Equal(2, draft.ToSnapshot().Slots.Count);
    }

    [Theory]
    [InlineData("mediaType", false)]
    [InlineData("annotations", true)]
    [InlineData("urls", true)]
    [InlineData("platform", true)]
    public void An_entry_with_text_that_is_not_Unicode_is_kept_and_listed_unless_the_text_is_needed(string field, bool isListed)
    {
        // A lone surrogate as an escape, and bytes that are not UTF-8: JSON readers detect neither before the text is read.
        foreach (var text in new[] { """\ud800""", "\u0001" })
        {
            var value = field switch { "annotations" => $$"""{"a":"{{text}}"}""", "urls" => $"""["{text}"]""",
                "platform" => $$"""{"os":"{{text}}"}""", _ => $"\"{text}\"" };
            var raw = Encoding.UTF8.GetBytes($$"""{"manifests":[{"size":1,"{{field}}":{{value}},"digest":"{{Digest.Of("a"u8)}}"}]}""");
            raw.AsSpan().Replace((byte)1, (byte)0xFF);
            var snapshot = Parse(raw);
            Assert.Equal(isListed ? 1 : 0, snapshot.Entries.Count);
            Assert.Equal(!isListed, snapshot.HasUnknown);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"manifests":{}}""")]
    [InlineData("""{"manifests":[1]}""")]
    [InlineData("""{"manifests":[],"manifests":[]}""")]
    [InlineData("""{"manifests":[]} x""")]
    [InlineData("""{"manifests":[]}{}""")]
    public void Any_other_document_is_rejected(string json) =>
        Assert.True(Record.Exception(() => Parse(json)) is JsonException or FormatException);

    [Fact]
    public void An_index_truncated_at_any_byte_is_rejected()
    {
        var raw = Encoding.UTF8.GetBytes(Foreign);
        for (var length = 0; length < raw.Length; length++)
        {
            Assert.True(Record.Exception(() => Parse(raw[..length])) is JsonException or FormatException, $"{length} bytes were accepted");
        }
    }

    private static IndexSnapshot Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    private static IndexSnapshot Parse(byte[] json) => new(LayoutIndex.Parse(json));

    private static CacheEntry Entry(string name, string content) =>
        new(new Descriptor(MediaTypes.OciManifest, Digest.Of(Encoding.UTF8.GetBytes(content)), 1)
        {
            Annotations = new Dictionary<string, string> { [AnnotationKeys.RefName] = name, [AnnotationKeys.ContainerdImageName] = name },
        });
}

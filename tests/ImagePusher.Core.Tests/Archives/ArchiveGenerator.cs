using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Generates tars from recipes: valid ones of every format, then with damage of many kinds.</summary>
internal sealed partial class ArchiveGenerator
{
    private static readonly string[] Names = ["example.com/a:1", "b", "localhost:5000/c/d:2", "e:x", "UPPER:1", "<none>:<none>",
        "example.com/a:1", "tag", ""];
    private static readonly string[] Snippets =
    [
        "null", "[]", "{}", "\"x\"", "-1", "1e99", "99999999999999999999", "\"\\ud800\"", "true", "[null]", "[[[[]]]]", "\"../x\"",
        "\"index.json\"", "[\"manifest.json\"]", "1",
        "\"sha256:" + "0" + "\"", "\"application/vnd.oci.image.index.v1+json\"", "{\"io.containerd.image.name\":\"z:1\"}",
    ];

    private readonly List<Entry> _entries = [];
    private readonly ArchiveRecipe _recipe;

    private ArchiveGenerator(ArchiveRecipe recipe) => _recipe = recipe;

    /// <summary>The uncompressed tar.</summary>
    public static byte[] Make(ArchiveRecipe recipe)
    {
        var generator = new ArchiveGenerator(recipe);
        generator.AddImages();
        foreach (var change in recipe.Changes)
        {
            generator.ChangeEntries(change);
        }

        var tar = generator.Write();
        return recipe.Changes.Aggregate(tar, ChangeBytes);
    }

    /// <summary>The tar, compressed if the recipe requires it.</summary>
    public static byte[] Wrap(byte[] tar, int outer)
    {
        if (outer == 2)
        {
            using var zstd = new ZstdSharp.Compressor(1);
            return zstd.Wrap(tar).ToArray();
        }

        return outer == 0 ? tar : Gzip(tar);
    }

    private void AddImages()
    {
        var saves = _recipe.Images.Select(Save).ToList();
        var lists = saves.Zip(_recipe.Images).ToList();
        if (_recipe.Form != 1)
        {
            Add("manifest.json", JsonSerializer.SerializeToUtf8Bytes(lists.Select(pair => DockerEntry(pair.First, pair.Second))));
        }

        if (_recipe.Form != 0)
        {
            Add("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray());
            Add("index.json", JsonSerializer.SerializeToUtf8Bytes(
                SampleImage.Index([.. lists.Select(pair => OciEntry(pair.First, pair.Second))])));
        }
    }

    private static SampleImage Save(ArchiveRecipe.Image image) =>
        new([.. Enumerable.Range(0, image.Layers)
            .Select(layer => SampleImage.Bytes((image.Seed * 7) + layer, (image.Seed * 300) + (layer * 512)))]);

    private static string PathOf(byte[] blob) => $"blobs/sha256/{SampleImage.Hex(blob)}";

    private object DockerEntry(SampleImage save, ArchiveRecipe.Image image)
    {
        var inLayout = _recipe.Form == 2;
        var config = inLayout ? PathOf(save.Config) : save.ConfigName;
        Add(config, save.Config);
        var layers = new List<string>();
        for (var layer = 0; layer < save.Layers.Length; layer++)
        {
            var path = inLayout ? PathOf(save.Layers[layer]) : $"{image.Seed}-{image.Links}-{layer}/layer.tar";
            layers.Add(path);
            if (inLayout || image.Links == 0)
            {
                Add(path, save.Layers[layer]);
            }
            else if (image.Links == 3)
            {
                Add(path, Gzip(save.Layers[layer]));
            }
            else
            {
                var real = $"real/{image.Seed}-{layer}.tar";
                Add(real, save.Layers[layer]);
                Add(path, [], image.Links == 1 ? '2' : '1', image.Links == 1 ? "../" + real : real);
            }
        }

        string[]? tags = image.Name == Names.Length - 1 ? null : image.Name == 0 ? [Names[0], Names[1]] : [Names[image.Name]];
        return new { Config = config, RepoTags = tags, Layers = layers };
    }

    private Dictionary<string, object> OciEntry(SampleImage save, ArchiveRecipe.Image image)
    {
        foreach (var (name, content) in save.Blobs)
        {
            Add(name, content);
        }

        var annotations = image.Name switch
        {
            8 => null,
            < 2 => new Dictionary<string, string> { [AnnotationKeys.ContainerdImageName] = Names[image.Name],
                [AnnotationKeys.RefName] = "1" },
            _ => new Dictionary<string, string> { [AnnotationKeys.RefName] = Names[image.Name] },
        };
        var manifest = save.Manifest();
        if (image.Index == 0)
        {
            return SampleImage.Descriptor(manifest, MediaTypes.OciManifest, annotations);
        }

        var children = new List<Dictionary<string, object>> { SampleImage.Descriptor(manifest, MediaTypes.OciManifest) };
        if (image.Index == 2)
        {
            children.Add(SampleImage.Descriptor(SampleImage.Bytes(99, 10), MediaTypes.OciManifest));
        }
        else if (image.Index == 3)
        {
            children[0]["platform"] = new { os = "linux", architecture = "s390x" };
            children.Add(SampleImage.Descriptor(manifest, MediaTypes.OciManifest,
                new() { [AnnotationKeys.DockerReferenceType] = "attestation-manifest" }));
        }

        var index = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.OciIndex, manifests = children });
        Add(PathOf(index), index);
        return SampleImage.Descriptor(index, MediaTypes.OciIndex, annotations);
    }

    private void Add(string name, byte[] content, char type = '0', string link = "")
    {
        if (!_entries.Exists(entry => entry.Name == name))
        {
            _entries.Add(new Entry(name, content, type, link));
        }
    }

    // Kinds 0 to 5: the content of the tar.
    private void ChangeEntries(ArchiveRecipe.Change change)
    {
        if (_entries.Count == 0)
        {
            return;
        }

        var place = change.Place % _entries.Count;
        var entry = _entries[place];
        switch (change.Kind)
        {
            case 0:
                _entries.RemoveAt(place);
                break;
            case 1:
                _entries.Insert(change.Value % (_entries.Count + 1),
                    entry with { Content = SampleImage.Bytes(change.Value, change.Value % 700) });
                break;
            case 2:
                _entries[place] = entry with
                    { Name = ((string[])["../" + entry.Name, "/" + entry.Name, "a/../" + entry.Name, "x/" + entry.Name,
                        new string('n', 99) + entry.Name])[change.Value % 5] };
                break;
            case 3:
                _entries[place] = new Entry(entry.Name, [], change.Value % 2 == 0 ? '1' : '2',
                    _entries[change.Value % _entries.Count].Name);
                break;
            case 4 or 5:
                var texts = _entries.FindAll(file => file.Content.Length > 1 && file.Content[0] is (byte)'{' or (byte)'[');
                if (texts.Count > 0)
                {
                    var text = texts[change.Place % texts.Count];
                    _entries[_entries.IndexOf(text)] = text with { Content = ChangeJson(text.Content, change) };
                }

                break;
        }
    }

    // The value of a property changes; the old one moves to an unknown property.
    private static byte[] ChangeJson(byte[] content, ArchiveRecipe.Change change)
    {
        var text = System.Text.Encoding.UTF8.GetString(content);
        var keys = Keys().Matches(text);
        if (change.Kind == 5 || keys.Count == 0)
        {
            var from = change.Place % text.Length;
            return System.Text.Encoding.UTF8.GetBytes(
                text[..from] + Snippets[change.Value % Snippets.Length] + text[Math.Min(text.Length, from + (change.Value % 9))..]);
        }

        var key = keys[change.Place % keys.Count];
        return System.Text.Encoding.UTF8.GetBytes(
            text[..key.Index] + key.Value + Snippets[change.Value % Snippets.Length] + ",\"_\":" + text[(key.Index + key.Length)..]);
    }

    private byte[] Write()
    {
        var entries = _entries.ToList();
        if (_recipe.Order > 0)
        {
            var random = new Random(_recipe.Order);
            entries = [.. entries.OrderBy(_ => random.Next())];
        }

        var tar = new TestTar().Entry("blobs/", '5', []);
        foreach (var entry in entries)
        {
            // V7 has no room for a long name, and ustar only for one with a '/' in the right place.
            var style = entry.Name.Length > 90 && _recipe.Style is TarStyle.V7 or TarStyle.Ustar && entry.Name.Length > 90 ? TarStyle.Pax
                : _recipe.Style;
            tar.Entry((_recipe.Dotted ? "./" : "") + entry.Name, style == TarStyle.V7 && entry.Type == '0' ? '\0' : entry.Type,
                entry.Content, entry.Link, style);
        }

        return tar.ToArray();
    }

    // Kinds 6 to 10: the tar's own bytes.
    private static byte[] ChangeBytes(byte[] tar, ArchiveRecipe.Change change)
    {
        var changed = tar.ToArray();
        var block = change.Place % Math.Max(1, tar.Length / 512) * 512;
        switch (change.Kind)
        {
            case 6:
                return tar[..(change.Place % (tar.Length + 1))];
            case 7 when tar.Length > 0:
                changed[change.Place % tar.Length] ^= (byte)(1 << (change.Value % 8));
                return changed;
            case 8 when tar.Length >= 512:
                // A byte of a header changes and its checksum is corrected; in other blocks the content is damaged.
                changed[block + (change.Value % 512)] = (byte)(change.Value / 512);
                TestTar.Seal(changed.AsSpan(block, 512));
                return changed;
            case 9:
                return [.. tar[..Math.Min(block, tar.Length)], .. new byte[512 * (change.Value % 3)],
                    .. tar[Math.Min(tar.Length, block + (512 * (change.Value % 4)))..]];
            case 10:
                return [.. tar[..Math.Min(block, tar.Length)], .. TestTar.Header("h", "xgLKS12M7"[change.Value % 9], change.Value * 40L),
                    .. tar[Math.Min(block, tar.Length)..]];
            default:
                return tar;
        }
    }

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
            gzip.Flush();
        }

        // An empty layer would be an empty file, which is not gzip.
        return result.Length == 0 ? [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0] : result.ToArray();
    }

    [GeneratedRegex("\"(size|digest|Layers|Config|RepoTags|manifests|layers|config|diff_ids|"
        + "rootfs|mediaType|annotations|platform|os|imageLayoutVersion)\":")]
    private static partial Regex Keys();

    private sealed record Entry(string Name, byte[] Content, char Type, string Link);
}

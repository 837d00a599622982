using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Hostile archives stay within the memory bound that <see cref="ArchiveOptions"/> states.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class ArchiveMemoryTests(ITestOutputHelper output) : ArchiveTestBase
{
    private const long StatedBound = 512L * 1024 * 1024;

    [Fact]
    public Task As_many_entries_and_names_as_the_limits_allow_stay_within_the_bound()
    {
        // 32 million characters: 160 per name, each name different.
        var count = ExternalTools.LongForm ? 199_990 : 20_000;
        var path = Folder["entries.tar"];
        using (var file = new BufferedStream(File.Create(path), 1 << 20))
        {
            for (var i = 0; i < count; i++)
            {
                file.Write(TestTar.Header($"{new string('d', 60)}/{i:D99}", '0', 0));
            }

            file.Write(new SampleImage(SampleImage.Bytes(1, 100)).Tar("app:1").ToArray());
        }

        return MeasureAsync(path);
    }

    [Fact]
    public Task Manifests_with_only_annotations_stay_within_the_limit()
    {
        // As much JSON as the budget allows, of the kind that takes most memory per byte.
        var save = new SampleImage(SampleImage.Bytes(1, 100));
        var annotations = string.Join(',', Enumerable.Range(0, 300_000).Select(i => $"\"{i:x}\":\"\""));
        var tar = new TestTar().Files(save.Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var entries = new List<string>();
        for (var i = 0; i < (ExternalTools.LongForm ? 7 : 1); i++)
        {
            var json = System.Text.Encoding.UTF8.GetBytes(
                System.Text.Encoding.UTF8.GetString(save.Manifest())[..^1] + $",\"annotations\":{{\"n\":\"{i}\",{annotations}}}}}");
            tar.File($"blobs/sha256/{SampleImage.Hex(json)}", json);
            entries.Add($$"""{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{SampleImage.Sha256(json)}}","size":{{json.Length}}}""");
        }

        var path = Folder.Write("manifests.tar", tar.File("index.json", $$"""{"manifests":[{{string.Join(',', entries)}}]}""").ToArray());
        return MeasureAsync(path);
    }

    [Fact]
    public Task An_index_of_as_many_entries_as_fit_stays_within_the_bound()
    {
        var save = new SampleImage(SampleImage.Bytes(1, 100));
        var entry = System.Text.Json.JsonSerializer.Serialize(SampleImage.Descriptor(save.Manifest(), MediaTypes.OciManifest));
        var count = (ExternalTools.LongForm ? 15 : 2) * 1024 * 1024 / (entry.Length + 50);
        var list = string.Join(',',
            Enumerable.Range(0, count).Select(i => entry[..^1] + $",\"annotations\":{{\"{AnnotationKeys.RefName}\":\"a:{i}\"}}}}"));
        var path = Folder.Write("index.tar", new TestTar().Files(save.Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .File("index.json", $$"""{"manifests":[{{list}}]}""").ToArray());
        return MeasureAsync(path);
    }

    [Fact]
    public Task A_manifest_json_of_as_many_images_as_fit_stays_within_the_bound()
    {
        var save = new SampleImage();
        var entry = $$"""{"Config":"{{save.ConfigName}}","RepoTags":["{0}:1"],"Layers":[]}""";
        var list = string.Join(',',
            Enumerable.Range(0, (ExternalTools.LongForm ? 4_000_000 : 400_000) / (entry.Length + 6))
                .Select(i => entry.Replace("{0}", $"a{i}", StringComparison.Ordinal)));
        return MeasureAsync(Folder.Write("docker.tar", new TestTar().Files(save.Files).File("manifest.json", $"[{list}]").ToArray()));
    }

    // All allocations count, including short-lived ones: an upper bound of the memory use.
    private async Task MeasureAsync(string path)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await using var archive = await ImageArchive.OpenAsync(path, ArchiveOptions.Default, Stop);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        var held = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(archive);
        output.WriteLine(
            $"{new FileInfo(path).Length:N0} bytes, {archive.Images.Count} images: {allocated:N0} bytes allocated, {held:N0} held");
        Assert.InRange(allocated, 0, StatedBound);
    }
}

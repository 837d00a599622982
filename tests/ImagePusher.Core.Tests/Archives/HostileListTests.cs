using System.Text;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.IO;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The list of an archive and its checksum file if they are endless, special files or invalid.</summary>
public sealed class HostileListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("index.json", "{\"schemaVersion\":2,\"manifests\":[", "{}")]
    [InlineData("index.json", "{\"schemaVersion\":2,\"manifests\":[", "{\"digest\":\"md5:0\",\"size\":1}")]
    [InlineData("index.json", "{\"schemaVersion\":2,\"manifests\":[",
        "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:$\",\"size\":1}")]
    public async Task An_archive_with_only_errors_is_one_error(string file, string start, string entry)
    {
        var entries = Enumerable.Range(0, 3 * Limits.UnreadableImages)
            .Select(number => entry.Replace("$", number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal));
        _folder.Write("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        _folder.Write(file, $"{start}{string.Join(',', entries)}]}}");
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ImageArchive.OpenAsync(_folder.FullName, null, Token));
        Assert.Contains("1,000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("named pipe")]
    [InlineData("socket")]
    [InlineData("link to a named pipe")]
    [InlineData("character device")]
    public async Task Checksums_that_are_not_a_regular_file_are_named(string kind)
    {
        await SpecialFile.MakeAsync(kind, _folder["SHA256SUMS"], Token);
        Assert.Contains("SHA256SUMS", Assert.ThrowsAny<ImagePusherException>(() => BundleLists.Read(_folder["SHA256SUMS"])).Message,
            StringComparison.Ordinal);
    }

    // The runner waits for ever after this test where it is skipped by a process of its class under Wine 8.
    [Fact]
    [Trait("Wine", "There is no /dev/zero.")]
    public void Endless_checksum_files_are_not_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no /dev/zero.");
        File.CreateSymbolicLink(_folder["SHA256SUMS"], "/dev/zero");
        Assert.ThrowsAny<ImagePusherException>(() => BundleLists.Read(_folder["SHA256SUMS"]));
        File.Delete(_folder["SHA256SUMS"]);
        using (var file = File.Create(_folder["SHA256SUMS"]))
        {
            file.SetLength(Limits.BundleTable + 1);
        }

        Assert.Throws<LimitExceededException>(() => BundleLists.Read(_folder["SHA256SUMS"]));
    }

    [Fact]
    public async Task A_named_pipe_as_a_part_is_not_hashed()
    {
        await SpecialFile.MakeAsync("named pipe", _folder["part.tar"], Token);
        await Assert.ThrowsAnyAsync<ImagePusherException>(() => BundleLists.HashAsync(_folder["part.tar"], Token));
    }

    [Fact]
    public async Task Indexes_that_list_one_another_many_times_are_walked_once()
    {
        Directory.CreateDirectory(_folder["blobs/sha256"]);
        var config = Add("application/vnd.oci.image.config.v1+json",
            """{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}""");
        var entry = Add(TestImage.ManifestType,
            $$"""{"schemaVersion":2,"mediaType":"{{TestImage.ManifestType}}","config":{{config}},"layers":[]}""");
        for (var level = 0; level < 12; level++)
        {
            entry = Add(TestImage.IndexType,
                $$"""
                    {"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}",
                    "manifests":[{{string.Join(',', Enumerable.Repeat(entry, 100))}}]}
                    """);
        }

        _folder.Write("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        _folder.Write("index.json", $$"""{"schemaVersion":2,"manifests":[{{entry}}]}""");
        _folder.Write("imagepusher-omitted.json", $$"""{"blobs":[{"digest":"sha256:{{new string('0', 64)}}","holders":[]}]}""");
        await using var archive = await ImageArchive.OpenAsync(_folder.FullName, null, Token);
        Assert.Empty(archive.OmittedOf(archive.Images[0]));
    }

    private string Add(string type, string json)
    {
        var digest = Http.DigestOf(Encoding.UTF8.GetBytes(json));
        File.WriteAllText(_folder[$"blobs/sha256/{digest[7..]}"], json);
        return $$"""{"mediaType":"{{type}}","digest":"{{digest}}","size":{{Encoding.UTF8.GetByteCount(json)}}}""";
    }
}

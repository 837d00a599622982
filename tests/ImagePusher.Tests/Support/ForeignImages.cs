using System.IO.Compression;
using System.Text;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>A layout of images with a foreign layer: of each media type, with and without URLs, present and absent.</summary>
internal sealed class ForeignImages
{
    private const string Oci = "application/vnd.oci.image";

    private readonly string _blobs;

    private ForeignImages(string folder)
    {
        _blobs = Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName;
        var entries = Types.SelectMany((type, number) => new[]
        {
            Image(type, $"present{number}", isPresent: true, hasUrls: false),
            Image(type, $"elsewhere{number}", isPresent: true, hasUrls: true),
            Image(type, $"absent{number}", isPresent: false, hasUrls: false),
        }).ToList();
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(Path.Combine(folder, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', entries)}}]}""");
    }

    /// <summary>The media types of foreign layers.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.zstd",
        $"{Oci}.layer.nondistributable.v1.tar",
        $"{Oci}.layer.nondistributable.v1.tar+gzip",
        $"{Oci}.layer.nondistributable.v1.tar+zstd",
    ];

    /// <summary>The digests of the layers that a copy must bring.</summary>
    public HashSet<string> Copied { get; } = [];

    /// <summary>The digests of the layers whose descriptors alone are copied.</summary>
    public HashSet<string> Skipped { get; } = [];

    /// <summary>The digests of all manifests.</summary>
    public HashSet<string> Manifests { get; } = [];

    /// <summary>Writes the layout into a folder.</summary>
    public static ForeignImages Write(string folder) => new(folder);

    private string Image(string type, string name, bool isPresent, bool hasUrls)
    {
        var tar = LayerTar.Of(name, name);
        var foreign = type.EndsWith("gzip", StringComparison.Ordinal) ? Gzip(tar)
            : type.EndsWith("zstd", StringComparison.Ordinal) ? Zstd(tar)
            : tar;
        var own = LayerTar.Of("own", name);
        (isPresent && !hasUrls ? Copied : Skipped).Add(Http.DigestOf(foreign));
        Copied.Add(Http.DigestOf(own));
        var config = Encoding.UTF8.GetBytes(
            $$$"""
                {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Http.DigestOf(tar)}}}",
                "{{{Http.DigestOf(own)}}}"]}}
                """);
        var layer = Describe(foreign, type, hasUrls ? ",\"urls\":[\"https://example.com/base\"]" : "", isPresent);
        var manifest = Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{Oci}}.manifest.v1+json","config":{{Describe(config, $"{Oci}.config.v1+json")}},
                "layers":[{{layer}},{{Describe(own, $"{Oci}.layer.v1.tar")}}]}
                """);
        Manifests.Add(Http.DigestOf(manifest));
        return Describe(manifest, $"{Oci}.manifest.v1+json",
            $$""","annotations":{"org.opencontainers.image.ref.name":"example.com/win:{{name}}"}""");
    }

    private string Describe(byte[] content, string mediaType, string more = "", bool isWritten = true)
    {
        var digest = Http.DigestOf(content);
        if (isWritten)
        {
            File.WriteAllBytes(Path.Combine(_blobs, digest["sha256:".Length..]), content);
        }

        return $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{content.Length}}{{more}}}""";
    }

    // One frame of one raw block (RFC 8878): the content fits in one.
    private static byte[] Zstd(byte[] content) =>
    [
        0x28, 0xB5, 0x2F, 0xFD, 0xA0, .. BitConverter.GetBytes(content.Length), .. BitConverter.GetBytes((content.Length << 3) | 1)[..3],
        .. content,
    ];

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }
}

using ImagePusher.Core.Archives;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>An image in an OCI layout with specified layers, uncompressed or in any compression; a layer may occur more than
/// once.</summary>
internal sealed class LayoutImage : IAsyncDisposable
{
    private readonly ImageArchive _archive;

    private LayoutImage(ImageArchive archive, InspectedImage image) => (_archive, Image) = (archive, image);

    public InspectedImage Image { get; }

    public static async Task<LayoutImage> CreateAsync(TemporaryFolder folder, string name, params IReadOnlyList<byte[]> layers)
    {
        var config = Add(folder, name, """{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray());
        var added = layers.Distinct().ToDictionary(layer => layer, layer => Add(folder, name, layer));
        var list = string.Join(',',
            layers.Select(layer => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar",{{added[layer]}}}"""));
        var manifest = Add(folder, name, System.Text.Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{TestImage.ManifestType}}",
                "config":{"mediaType":"application/vnd.oci.image.config.v1+json",{{config}}},"layers":[{{list}}]}
                """));
        folder.Write($"{name}/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        folder.Write($"{name}/index.json",
            $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestImage.ManifestType}}",{{manifest}}}]}""");
        var archive = await ImageArchive.OpenAsync(folder[name], null, TestContext.Current.CancellationToken);
        return new LayoutImage(archive, await new ImageChooser(new ImageSelection(archive, archive.Images[0].Root), NullLogger.Instance)
            .ChooseOneAsync([], TestContext.Current.CancellationToken));
    }

    public ValueTask DisposeAsync() => _archive.DisposeAsync();

    private static string Add(TemporaryFolder folder, string name, byte[] content)
    {
        var digest = Http.DigestOf(content);
        folder.Write($"{name}/blobs/sha256/{digest[7..]}", content);
        return $"\"digest\":\"{digest}\",\"size\":{content.Length}";
    }
}

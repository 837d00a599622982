using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>
/// Foreign layers, in all their media types and on every path: with URLs they are not copied, without URLs they are copied like any
/// other layer if the source has them. Their descriptors always arrive unchanged.
/// </summary>
public sealed class ForeignLayerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForeignImages _images;

    public ForeignLayerTests() => _images = ForeignImages.Write(_folder.Folder("layout"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Push-ImageTar $layout -Destination $to")]
    [InlineData("Import-ImageTar $layout | Push-CachedImage -Destination $to")]
    [InlineData("Push-ImageTar $layout -Destination $from | Copy-RegistryImage -Destination $to")]
    [InlineData("Push-ImageTar $layout -Destination $from | Save-ImageToCache | Push-CachedImage -Destination $to")]
    [InlineData("Push-ImageTar (Import-ImageTar $layout | Export-ImageTar -Path $tar -Format Oci) -Destination $to")]
    public async Task An_existing_foreign_layer_without_URLs_is_copied(string script)
    {
        using var engine = Start();
        var pushed = await engine.OutputAsync(
            "$from = (Start-LocalRegistry -Port 0 -Path $a).Registry; $to = (Start-LocalRegistry -Port 0 -Path $b).Registry\n" + script,
            Token);
        Assert.Equal(_images.Manifests, pushed.Select(result => (string)result.Properties["Digest"].Value).ToHashSet());
        Assert.Superset(_images.Copied, Arrived());
        Assert.Empty(_images.Skipped.Intersect(Arrived()));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public async Task A_docker_archive_gets_the_uncompressed_layer(int type)
    {
        using var engine = Start();
        engine["name"] = $"example.com/win:present{type}";
        var files = await engine.OutputAsync(
            "Import-ImageTar $layout | Where-Object Reference -eq $name | Export-ImageTar -Path $tar -Format Docker; tar -tf $tar", Token);
        var layer = Http.DigestOf(LayerTar.Of($"present{type}", $"present{type}"))["sha256:".Length..];
        Assert.Contains(files, file => file.ToString().Contains(layer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("elsewhere1"), InlineData("elsewhere5"), InlineData("absent3")]
    public async Task A_docker_archive_cannot_omit_a_layer(string tag)
    {
        using var engine = Start();
        engine["name"] = $"example.com/win:{tag}";
        await engine.OutputAsync("Import-ImageTar $layout", Token);
        await engine.FailsAsync(
            "Get-CachedImage $name | Export-ImageTar -Path $tar -Format Docker", "UnsupportedContent", "docker archive");
        Assert.False(File.Exists(_folder["out.tar"]));
    }

    private Engine Start()
    {
        var engine = new Engine { ["layout"] = _folder["layout"], ["tar"] = _folder["out.tar"], ["a"] = _folder["a"],
            ["b"] = _folder["b"] };
        return engine;
    }

    private HashSet<string> Arrived() =>
        [.. Directory.GetFiles(_folder["b", "blobs", "sha256"]).Select(file => "sha256:" + Path.GetFileName(file))];
}

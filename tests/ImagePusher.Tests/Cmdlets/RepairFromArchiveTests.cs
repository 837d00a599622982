using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Repair-CachedImage -Path replaces damaged content of an imported image, for which no registry exists.</summary>
public sealed class RepairFromArchiveTests : IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Import-ImageTar $tar")]
    [InlineData("Import-ImageTar $tar -Compression Zstd")]
    [InlineData("Import-ImageTar $tar -Compression None")]
    [InlineData("Import-ImageTar $tar -ManifestFormat Docker")]
    [InlineData("$null = Import-ImageTar $tar; $null = Export-ImageTar * $oci; Clear-ImageCache -Confirm:$false; $tar = $oci; "
        + "Import-ImageTar $oci")]
    public async Task A_damaged_blob_is_replaced_from_the_archive(string import)
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["oci"] = _images["oci.tar"] };
        var before = (string)((dynamic)(await engine.OutputAsync(import, Token))[^1].BaseObject).Digest;
        Damage(engine.CachePath);
        Assert.False((bool)await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
        Assert.Equal(before, (string)(await engine.SingleAsync("Repair-CachedImage * -Path $tar", Token)).Digest);
        Assert.True((bool)await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Fact]
    public async Task An_archive_without_the_image_is_an_error_and_removes_nothing()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["other"] = _images.Write("other") };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        Damage(engine.CachePath);
        await engine.FailsAsync("Repair-CachedImage * -Path $other", "ManifestNotFound", "other.tar");
        await engine.FailsAsync("Repair-CachedImage * -Path ($other + '.missing')", "PathNotFound", "other.tar.missing");
    }

    public void Dispose() => _images.Dispose();

    // The largest blob is the layer.
    private static void Damage(string cache)
    {
        var blob = new DirectoryInfo(Path.Combine(cache, "blobs", "sha256")).GetFiles().MaxBy(file => file.Length)!;
        var bytes = File.ReadAllBytes(blob.FullName);
        bytes[^1] ^= 1;
        File.Delete(blob.FullName);
        File.WriteAllBytes(blob.FullName, bytes);
    }
}

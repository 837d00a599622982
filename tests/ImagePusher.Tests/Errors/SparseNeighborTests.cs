using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Errors;

/// <summary>If the second of three images is incomplete, the first and the third are copied, and the second is one error.</summary>
public sealed class SparseNeighborTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("Import-ImageTar $tar")]
    [InlineData("Push-ImageTar $tar -Destination $registry")]
    [InlineData("Get-ImageTar $tar")]
    public Task In_a_docker_archive_with_a_missing_layer(string script)
    {
        var gone = SmallImages.LayerOf("two");
        var tar = new DockerSave();
        Array.ForEach(["one", "two", "three"], name => tar.Add([$"example.com/{name}:1"], SmallImages.LayerOf(name)));
        return AssertNeighborsAsync(script, _images.Write("sparse.tar", tar.WithoutLayer(gone).ToArray()), "InvalidImageArchive");
    }

    [Theory]
    [InlineData("Import-ImageTar $tar", "layer", "IncompleteImage")]
    [InlineData("Import-ImageTar $tar", "config", "IncompleteImage")]
    [InlineData("Import-ImageTar $tar", "manifest", "IncompleteImage")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "layer", "IncompleteImage")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "config", "IncompleteImage")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "manifest", "IncompleteImage")]
    [InlineData("Push-CachedImage * -Destination $registry -CachePath $tar", "layer", "IncompleteImage")]
    [InlineData("Push-CachedImage * -Destination $registry -CachePath $tar", "config", "IncompleteImage")]
    [InlineData("Push-CachedImage * -Destination $registry -CachePath $tar", "manifest", "IncompleteImage")]
    [InlineData("$null = Export-ImageTar * ($tar + '.tar') -CachePath $tar; Get-ImageTar ($tar + '.tar')", "layer", "IncompleteImage")]
    [InlineData("Get-ImageConfig example.com/one:1, example.com/two:1, example.com/three:1 -CachePath $tar", "config", "IncompleteImage")]
    public async Task In_a_layout_without_a_part(string script, string part, string id)
    {
        await AssertNeighborsAsync(script, await LayoutWithoutAsync(part), id);
    }

    [Theory]
    [InlineData("\"$registry/one:1\", \"$registry/two:1\", \"$registry/three:1\" | Save-ImageToCache", "ManifestNotFound")]
    [InlineData("Copy-RegistryImage $registry/one:1, $registry/two:1, $registry/three:1 -Destination $registry/copy/", "ManifestNotFound")]
    [InlineData("Resolve-ImageDigest $registry/one:1, $registry/two:1, $registry/three:1", "ManifestNotFound")]
    [InlineData("\"$registry/one:1\", \"$registry/TWO two\", \"$registry/three:1\" | Get-RegistryManifest", "InvalidReference")]
    public async Task In_a_list_of_names_without_an_image(string script, string id)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tars"] = new[] { _images.Write("one"), _images.Write("three") },
            ["registry"] = registry.Address };
        await engine.OutputAsync("$null = Push-ImageTar $tars -Destination $registry", Token);
        AssertNeighbors(await engine.RunAsync(script, Token), id);
    }

    private static void AssertNeighbors(Outcome outcome, string id)
    {
        Assert.Null(outcome.Terminating);
        Assert.Equal(["one:1", "three:1"],
            outcome.Output.Select(result => ((string)((dynamic)result).Reference).Split('/')[^1].Split('@')[0]));
        outcome.SingleError().Is(id, "two");
    }

    private async Task AssertNeighborsAsync(string script, string path, string id)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = path, ["registry"] = registry.Address };
        AssertNeighbors(await engine.RunAsync(script, Token), id);
    }

    // A cache is a layout, which Import- and Push-ImageTar read too.
    private async Task<string> LayoutWithoutAsync(string part)
    {
        using var engine = new Engine { ["tars"] = new[] { _images.Write("one"), _images.Write("two"), _images.Write("three") },
            ["layout"] = _images["layout"] };
        var two = await engine.SingleAsync("$null = Import-ImageTar $tars -CachePath $layout; Get-CachedImage *two* -CachePath $layout",
            Token);
        var manifest = RawManifest.OfLayoutByDigest(_images["layout"], (string)two.Digest);
        var digest = part switch { "layer" => manifest.Layers[0], "config" => manifest.Config, _ => manifest.Digest };
        File.Delete(RawManifest.BlobOfLayout(_images["layout"], digest));
        return _images["layout"];
    }
}

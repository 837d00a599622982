using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Inspection;

/// <summary>Compare-Image reports the image that has each config value, layer and file, and the bytes of a transfer.</summary>
public sealed class CompareImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_differ_where_the_trees_that_umoci_unpacks_differ()
    {
        var layout = await LayeredImage.MakeAsync(_folder["made"], Token);
        var before = await ReferenceTools.UnpackAsync(layout, "base", Token);
        var after = await ReferenceTools.UnpackAsync(layout, "app", Token);
        using var engine = new Engine { ["layout"] = layout };
        var files = await engine.OutputAsync(
            "Compare-Image (Get-ImageTar $layout -Image '*:base') (Get-ImageTar $layout -Image '*:app') -File -IncludeEqual "
                + "| Where-Object Kind -EQ File", Token);
        var expected = before.Keys.Union(after.Keys).SelectMany(path =>
            before.GetValueOrDefault(path) is var old && old == after.GetValueOrDefault(path) ? [$"== {path}"]
            : new[] { (Side: "<=", Is: old is not null), (Side: "=>", Is: after.ContainsKey(path)) }.Where(side => side.Is)
                .Select(side => $"{side.Side} {path}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal),
            files.Select(file => $"{file.Properties["SideIndicator"].Value} {file.Properties["Name"].Value}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fields_and_layers_have_sides_and_only_new_blobs_are_transferred()
    {
        byte[] shared = LayerTar.Of("a", "shared"), old = LayerTar.Of("b", "old"), added = LayerTar.Of("c", "a new and longer layer");
        const string Config = """
            {"os":"linux","architecture":"amd64","config":{"User":"$user","Env":["SAME=1","$env"]},
            "rootfs":{"type":"layers"}}
            """;
        string Text(string user, string variable) =>
            Config.Replace("$user", user, StringComparison.Ordinal).Replace("$env", variable, StringComparison.Ordinal);
        using var engine = new Engine
        {
            ["one"] = ConfiguredImage.Write(_folder["one"], Text("a", "OLD=1"), shared, old),
            ["two"] = ConfiguredImage.Write(_folder["two"], Text("b", "NEW=2"), shared, added),
        };
        var rows = await engine.OutputAsync("Compare-Image $one $two -IncludeEqual", Token);
        string[] Of(string kind) =>
            [.. rows.Where(row => (string)row.Properties["Kind"].Value == kind)
                .Select(row => $"{row.Properties["SideIndicator"].Value} {row.Properties["Name"].Value}")];
        Assert.Equal(["<= Digest", "=> Digest", "== Platform", "<= User", "=> User", "== Environment.SAME", "<= Environment.OLD",
            "=> Environment.NEW"], Of("Config"));
        Assert.Equal([$"<= {Http.DigestOf(old)}", $"== {Http.DigestOf(shared)}", $"=> {Http.DigestOf(added)}"], Of("Layer"));
        var manifest = Directory.EnumerateFiles(_folder["two/blobs/sha256"]).Sum(file => new FileInfo(file).Length) - shared.Length;
        Assert.Equal(manifest, rows.Sum(row => (long)row.Properties["TransferSize"].Value));
        Assert.DoesNotContain(await engine.OutputAsync("Compare-Image $one $two", Token),
            row => (string)row.Properties["SideIndicator"].Value == "==");
        Assert.Empty(await engine.OutputAsync("Compare-Image $one $one -File", Token));
    }

    [Fact]
    public async Task Images_of_registries_caches_and_archives_are_compared_independent_of_compression()
    {
        var images = await ImagesFixture.GetAsync(Token);
        await using var registry = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["tar"] = images["docker-archive.tar"], ["name"] = $"{registry.Address}/team/app:1.0" };
        var rows = await engine.OutputAsync(
            """
            $cached = Import-ImageTar $tar
            $null = $cached | Push-CachedImage -Destination $name
            Compare-Image $tar $name -File -IncludeEqual
            $cached | Compare-Image $name
            Compare-Image "cache:$cached" $name
            """, Token);

        // The archive has the layers uncompressed, and no manifest.
        Assert.All(rows, row => Assert.True(
            (string)row.Properties["Kind"].Value == "Manifest" || (string)row.Properties["SideIndicator"].Value == "==", row.ToString()));
        Assert.Equal(3, rows.Count(row => (string)row.Properties["Kind"].Value == "Layer"));
        Assert.Contains(rows, row => (string)row.Properties["Kind"].Value == "File");
    }

    public void Dispose() => _folder.Dispose();
}

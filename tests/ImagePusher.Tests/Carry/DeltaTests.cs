using System.Formats.Tar;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Carry;

/// <summary>Bundles without content that the receiver already has.</summary>
public sealed class DeltaTests : IDisposable
{
    private const int LayerSize = 200_000;
    private const int Allowance = 64 * 1024;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _storage = new();

    // Two versions of an image that share a layer, on the outside.
    private readonly byte[] _shared = Http.RandomBytes(LayerSize, 1);
    private readonly byte[] _old = Http.RandomBytes(LayerSize, 2);
    private readonly byte[] _changed = Http.RandomBytes(LayerSize, 3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("$tar1")]
    [InlineData("(Get-Item $tar1)")]
    [InlineData("(Get-CachedImage */app:1)")]
    public async Task A_second_bundle_has_the_changed_layer_and_is_pushed_by_mounting_the_blobs_of_the_first(string baseline)
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            $"Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline {baseline}", Token);
        Assert.InRange(new FileInfo(_folder["2.tar"]).Length, LayerSize, LayerSize + Allowance);
        var entry = await engine.SingleAsync("Get-ImageTar $tar2", Token);
        Assert.Equal([Http.DigestOf(_shared)], (IEnumerable<string>)entry.Omitted);
        Assert.True((bool)entry.IsComplete);

        using var receiver = EngineFor(outside, inside);
        await receiver.OutputAsync("Push-ImageTar $tar1 -Destination $to", Token);
        await inside.ForgetRequestsAsync(Token);
        var result = await receiver.SingleAsync("Push-ImageTar $tar2 -Destination $to", Token);
        Assert.Equal((1L, 1L), ((long)result.Uploaded, (long)result.Existing));
        Assert.Contains(Http.DigestOf(_changed), inside.Blobs().Keys);
    }

    [Fact]
    public async Task A_blob_of_another_repository_of_the_receiver_is_mounted()
    {
        await using var outside = await OutsideAsync();
        using var storage = new TemporaryFolder();
        new RegistryStorage(storage.FullName).AddImage("mirror/team/app", Image1, "1");
        await using var inside = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = storage.FullName }, Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $other | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $other $tar2 -Baseline $tar1", Token);
        using var receiver = EngineFor(outside, inside);
        var plan = await receiver.SingleAsync("Push-ImageTar $tar2 -Destination \"$to/mirror/\" -PlanOnly", Token);
        Assert.Contains("mirror/team/app", ((IEnumerable<object>)plan.Blobs).Select(blob => (string?)((dynamic)blob).From));
        Assert.Equal(0, await inside.CountAsync("POST", "/", Token));
        var result = await receiver.SingleAsync("Push-ImageTar $tar2 -Destination \"$to/mirror/\"", Token);
        Assert.Equal(1L, (long)result.Uploaded);
        Assert.Equal(1, await inside.CountAsync("POST", "mirror/team/other/blobs/uploads/.*mount=", Token));
    }

    [Fact]
    public async Task A_blob_that_is_not_found_is_one_error_with_image_and_baseline_before_any_upload()
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline $tar1", Token);
        using var receiver = EngineFor(outside, inside);
        foreach (var script in new[] { "Push-ImageTar $tar2 -Destination $to", "Import-ImageTar $tar2" })
        {
            var error = (await receiver.RunAsync(script, Token)).SingleError();
            Assert.StartsWith("IncompleteImage,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.All(
                new[] { $"{outside.Address}/team/app:2", Http.DigestOf(_shared), $"{outside.Address}/team/app@{Image1.Digest}" },
                text => Assert.Contains(text, error.Exception.Message, StringComparison.Ordinal));
        }

        Assert.Empty(inside.Blobs());
        Assert.Empty(await receiver.OutputAsync("Get-CachedImage", Token));
    }

    [Theory]
    [InlineData("-PlanOnly")]
    [InlineData("-WhatIf")]
    public async Task A_plan_checks_whether_the_recorded_repository_has_the_blob_to_mount(string plan)
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline $tar1", Token);
        using var receiver = EngineFor(outside, inside);
        receiver["new"] = $"{inside.Address}/new/app:2";
        (await receiver.RunAsync($"Push-ImageTar $tar2 -Destination $new {plan}", Token)).SingleError().Is("IncompleteImage",
            Http.DigestOf(_shared));

        using var filler = EngineFor(outside, inside);
        await filler.OutputAsync("Push-ImageTar $tar1 -Destination $to", Token);
        await inside.ForgetRequestsAsync(Token);
        Assert.Empty((await receiver.RunAsync($"Push-ImageTar $tar2 -Destination $new {plan}", Token)).AllErrors);
        Assert.DoesNotContain(await inside.RequestsAsync(Token), request => request.Method is not ("GET" or "HEAD"));
    }

    [Theory]
    [InlineData("Get-ImageFile -LiteralPath $tar2")]
    [InlineData("Save-ImageFile -LiteralPath $tar2 -Path $files")]
    [InlineData("Compare-Image $tar2 $tar1 -File")]
    public async Task Omitted_blobs_of_a_bundle_are_not_damage(string script)
    {
        byte[][] layers = [.. "abc".Select(
            name => LayeredImage.Layer((TarEntryType.RegularFile, name.ToString(), new string(name, LayerSize))))];
        var storage = new RegistryStorage(_storage.FullName);
        storage.AddImage("files/app", TestImage.Of(layers[0], layers[1]), "1");
        storage.AddImage("files/app", TestImage.Of(layers[0], layers[2]), "2");
        await using var outside = await OutsideAsync();
        using var engine = EngineFor(outside, outside);
        (engine["one"], engine["two"], engine["files"]) =
            ($"{outside.Address}/files/app:1", $"{outside.Address}/files/app:2", _folder["files"]);
        (engine["parts"], engine["part"]) = (_folder["part.tar"], _folder["part-001.tar"]);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline $tar1", Token);
        await engine.OutputAsync("Export-ImageTar $two $parts -MaximumSize 270KB", Token);
        foreach (var (archive, text) in new[] { ("$tar2", "which the images of its baseline have"),
            ("$part", "is part 1 of 2 of a bundle") })
        {
            var error = (await engine.RunAsync(script.Replace("$tar2", archive, StringComparison.Ordinal), Token)).SingleError();
            error.Is("IncompleteImage", text);
            Assert.DoesNotContain("Repair-CachedImage", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_import_reads_omitted_blobs_from_the_cache()
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline $tar1", Token);
        using var receiver = EngineFor(outside, inside);
        await receiver.OutputAsync("Import-ImageTar $tar1, $tar2", Token);
        Assert.Equal([true, true],
            (await receiver.OutputAsync("Test-CachedImage * -Full -Quiet", Token)).Select(found => found.BaseObject));
    }

    [Fact]
    public async Task An_inventory_is_a_baseline_and_costs_one_list_of_tags_and_one_GET_for_each_manifest()
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        engine["xml"] = _folder["inventory.xml"];
        await engine.OutputAsync(
            "Copy-RegistryImage $one -Destination $to | Out-Null; Copy-RegistryImage $one -Destination \"$to/team/app:again\"", Token);
        await inside.ForgetRequestsAsync(Token);
        await engine.OutputAsync("Get-RegistryInventory $to | Export-Clixml $xml", Token);
        Assert.Equal(1, await inside.CountAsync("GET", "/team/app/tags/list", Token));
        Assert.Equal(1, await inside.CountAsync("GET", "/team/app/manifests/", Token));

        await engine.OutputAsync("Save-ImageToCache $two | Export-ImageTar -Path $tar2 -Baseline (Import-Clixml $xml)", Token);
        Assert.InRange(new FileInfo(_folder["2.tar"]).Length, LayerSize, LayerSize + Allowance);
        using var receiver = EngineFor(outside, inside);
        Assert.Equal(1L, (long)(await receiver.SingleAsync("Push-ImageTar $tar2 -Destination $to", Token)).Uploaded);
    }

    [Fact]
    public async Task Other_tools_read_a_bundle_with_a_baseline_and_push_it_to_a_registry_with_the_rest()
    {
        ExternalTools.RequireAll("skopeo", "umoci", "tar");
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1; Export-ImageTar $two $tar2 -Baseline $tar1", Token);
        await engine.OutputAsync("Push-ImageTar $tar1 -Destination $to", Token);
        await inside.ForgetRequestsAsync(Token);
        await ExternalTools.RunAsync(
            "skopeo", ["--insecure-policy", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false",
                $"oci-archive:{_folder["2.tar"]}", $"docker://{inside.Address}/team/app:2"], Token);
        Assert.Equal(0, await inside.CountAsync("PUT", "digest=sha256(:|%3A)" + Http.DigestOf(_shared)[7..], Token));
        var digest = await engine.OutputAsync("\"$to/team/app:2\", $two | Get-RegistryManifest | ForEach-Object Digest", Token);
        Assert.Equal(digest[0].BaseObject, digest[1].BaseObject);

        Directory.CreateDirectory(_folder["layout"]);
        await ExternalTools.RunAsync("tar", ["-xf", _folder["2.tar"], "-C", _folder["layout"]], Token);
        Assert.Equal($"{outside.Address}/team/app:2",
            (await ExternalTools.RunAsync("umoci", ["ls", "--layout", _folder["layout"]], Token)).Output.Trim());
    }

    [Fact]
    public async Task PlanOnly_reports_the_bytes_of_the_bundle()
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync("Save-ImageToCache $one, $two | Out-Null; Export-ImageTar $one $tar1", Token);
        var plan = await engine.SingleAsync("Export-ImageTar $two $tar2 -Baseline $tar1 -PlanOnly", Token);
        Assert.InRange((long)plan.BytesToSend, LayerSize, LayerSize + Allowance);
        Assert.False(File.Exists(_folder["2.tar"]));
    }

    [Theory]
    [InlineData("-Format Docker -Baseline $tar1", "InvalidOption")]
    [InlineData("-Format Docker -MaximumSize 1MB", "InvalidOption")]
    [InlineData("-Baseline 42", "InvalidOption")]
    [InlineData("-Baseline none.tar", "PathNotFound")]
    public async Task An_invalid_baseline_is_a_typed_error(string options, string id)
    {
        await using var outside = await OutsideAsync();
        using var engine = EngineFor(outside, outside);
        await engine.OutputAsync("Save-ImageToCache $one | Export-ImageTar -Path $tar1", Token);
        var outcome = await engine.RunAsync($"Export-ImageTar $one $tar2 {options}", Token);
        Assert.StartsWith(id + ",", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sparse_layout_of_another_tool_is_pushed_where_the_target_has_the_rest()
    {
        await using var outside = await OutsideAsync();
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = EngineFor(outside, inside);
        await engine.OutputAsync(
            "Save-ImageToCache $one, $two | Out-Null; Copy-RegistryImage $one -Destination $to | Out-Null; Export-ImageTar $two $tar2",
            Token);
        var layout = _folder.Folder("sparse");
        await ExternalTools.RunAsync("tar", ["-xf", _folder["2.tar"], "-C", layout], Token);
        File.Delete(Path.Combine(layout, "blobs", Http.DigestOf(_shared).Replace(':', '/')));
        using var receiver = EngineFor(outside, inside);
        receiver["layout"] = layout;
        Assert.Equal(1L, (long)(await receiver.SingleAsync("Push-ImageTar $layout -Destination $to", Token)).Uploaded);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _storage.Dispose();
    }

    private TestImage Image1 => TestImage.Of(_shared, _old);

    private Task<DockerRegistry> OutsideAsync()
    {
        var storage = new RegistryStorage(_storage.FullName);
        storage.AddImage("team/app", Image1, "1");
        storage.AddImage("team/app", TestImage.Of(_shared, _changed), "2");
        storage.AddImage("team/other", TestImage.Of(_shared, Http.RandomBytes(1000, 4)), "1");
        return DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = _storage.FullName }, Token);
    }

    private Engine EngineFor(DockerRegistry outside, DockerRegistry inside) => new()
    {
        ["one"] = $"{outside.Address}/team/app:1",
        ["two"] = $"{outside.Address}/team/app:2",
        ["other"] = $"{outside.Address}/team/other:1",
        ["to"] = inside.Address,
        ["tar1"] = _folder["1.tar"],
        ["tar2"] = _folder["2.tar"],
    };
}

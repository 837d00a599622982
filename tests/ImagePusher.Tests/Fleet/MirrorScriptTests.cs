using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>The scripts of docs/examples, run unchanged.</summary>
public sealed class MirrorScriptTests
{
    private static readonly string Folder = Path.Combine(Repository.Folder, "docs", "examples");

    private static readonly string Mirror = Path.Combine(Folder, "mirror.ps1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_air_gap_is_crossed_in_two_steps_and_every_digest_is_kept()
    {
        await using var source = await FleetSource.StartAsync(20, Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using (var outside = new Engine
        {
            ["list"] = folder.Write("list.txt",
                "# what goes in\n\n" + string.Join('\n',
                    source.Fleet.Images.Keys.Select(image => $"  {source.Registry.Address}/{image} "))),
            ["folder"] = folder["carried"],
        })
        {
            Assert.Equal(20, (await outside.OutputAsync($"& '{Mirror}' $folder -List $list", Token)).Count);
        }

        // The same checks by other tools: the checksums are correct, and the tar contains the images.
        Assert.Contains("images-001.tar: OK",
            (await ExternalTools.RunAsync("sha256sum", ["-c", "SHA256SUMS"], new ToolSettings { WorkingFolder = folder["carried"] },
                Token)).Output, StringComparison.Ordinal);
        using var engine = new Engine { ["folder"] = folder["carried"], ["to"] = inside.Address };
        Assert.Equal(20, (await engine.OutputAsync($"& '{Mirror}' $folder -Destination $to", Token)).Count);
        await FleetChecks.HasAllAsync(inside.Address, source.Fleet, readWhole: ExternalTools.LongForm ? 20 : 4, Token);
    }

    [Fact]
    public async Task A_bundle_that_was_damaged_in_transit_or_is_incomplete_is_not_pushed()
    {
        await using var source = await FleetSource.StartAsync(2, Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine
        {
            ["list"] = folder.Write("list.txt", string.Join('\n', source.References)),
            ["folder"] = folder["carried"],
            ["to"] = inside.Address,
        };
        await engine.OutputAsync($"& '{Mirror}' $folder -List $list", Token);
        var tar = folder["carried", "images-001.tar"];
        var bytes = await File.ReadAllBytesAsync(tar, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(tar, bytes, Token);
        await RejectsAsync();
        File.Delete(tar);
        await RejectsAsync();
        Assert.Empty(inside.Blobs());

        async Task RejectsAsync()
        {
            var outcome = await engine.RunAsync($"& '{Mirror}' $folder -Destination $to", Token);
            Assert.Contains("is damaged or incomplete", outcome.Terminating?.Exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_second_transfer_contains_new_content_in_parts_and_an_interrupted_one_continues()
    {
        await using var source = await FleetSource.StartAsync(20, Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine
        {
            ["list"] = folder.Write("list.txt", string.Join('\n', source.References)),
            ["first"] = folder["first"],
            ["all"] = folder["all"],
            ["second"] = folder["second"],
            ["to"] = inside.Address,
            ["inventory"] = folder["first", "inventory.xml"],
            ["whole"] = folder["whole"],
        };
        var half = await engine.OutputAsync(
            $"& '{Mirror}' $first -List $list -Shard 1/2; & '{Mirror}' $first -Destination $to; & '{Mirror}' $first -Inventory $to", Token);
        Assert.InRange(half.Count, 2, 38);
        await engine.OutputAsync($"& '{Mirror}' $all -List $list; & '{Mirror}' $whole -List $list -Baseline $inventory", Token);
        var whole = new FileInfo(folder["whole", "images-001.tar"]).Length;
        Assert.True(whole < new FileInfo(folder["all", "images-001.tar"]).Length, "Nothing was left out.");
        var partSize = whole - 10_000;
        engine["size"] = partSize;
        await engine.OutputAsync($"& '{Mirror}' $second -List $list -Baseline $inventory -MaximumSize $size", Token);
        var parts = Directory.GetFiles(folder["second"], "images-*.tar");
        Assert.True(parts.Length > 1, "The bundle has one part.");
        Assert.All(parts, part => Assert.InRange(new FileInfo(part).Length, 1, partSize));

        // A part that is complete stays as it is; one that is missing is written again.
        var kept = File.GetLastWriteTimeUtc(parts.Order(StringComparer.Ordinal).First());
        File.Delete(parts.Order(StringComparer.Ordinal).Last());
        await engine.OutputAsync($"& '{Mirror}' $second -List $list -Baseline $inventory -MaximumSize $size", Token);
        Assert.Equal(kept, File.GetLastWriteTimeUtc(parts.Order(StringComparer.Ordinal).First()));

        Assert.Equal(20, (await engine.OutputAsync($"& '{Mirror}' $second -Destination $to", Token)).Count);
        await FleetChecks.HasAllAsync(inside.Address, source.Fleet, readWhole: 4, Token);
    }

    [Fact]
    public async Task The_bundle_transfers_signatures_and_SBOMs()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine { ["list"] = folder.Write("list.txt", signed.Reference), ["folder"] = folder["carried"],
            ["to"] = inside.Address };
        await engine.OutputAsync($"& '{Mirror}' $folder -List $list; & '{Mirror}' $folder -Destination $to", Token);
        Assert.Equal([signed.Sbom.Digest],
            await SignedImage.ListAsync($"http://{inside.Address}/v2/team/app/manifests/{TestArtifact.TagOf(signed.Image.Digest)}", Token));
        Assert.Contains(Http.DigestOf(signed.Cosign.Content), inside.Blobs().Keys);
    }

    [Fact]
    public async Task Referrers_are_transferred_in_a_cache_that_is_served_on_both_networks()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using (var outside = new Engine { ["from"] = signed.Reference, ["folder"] = folder["carried"] })
        {
            await outside.OutputAsync(
                "$local = Start-LocalRegistry -Port 0 -Path $folder; Copy-RegistryImage $from -Destination $local.Registry "
                    + "-IncludeReferrers; Stop-LocalRegistry $local.Registry", Token);
        }

        using var engine = new Engine { ["folder"] = folder["carried"], ["to"] = inside.Address };
        await engine.OutputAsync(
            "$local = Start-LocalRegistry -Port 0 -Path $folder -ReadOnly; Get-RegistryRepository $local.Registry | Get-RegistryTag "
                + "| Copy-RegistryImage -Destination $to -IncludeReferrers; Stop-LocalRegistry $local.Registry", Token);
        Assert.Equal([signed.Sbom.Digest],
            await SignedImage.ListAsync($"http://{inside.Address}/v2/team/app/manifests/{TestArtifact.TagOf(signed.Image.Digest)}", Token));
        Assert.Equal([signed.SbomSignature.Digest],
            await SignedImage.ListAsync($"http://{inside.Address}/v2/team/app/manifests/{TestArtifact.TagOf(signed.Sbom.Digest)}", Token));
    }

    [Fact]
    public async Task A_list_is_copied_in_parts_and_a_failure_is_reported_after_the_others()
    {
        await using var source = await FleetSource.StartAsync(20, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = new Engine { ["to"] = target.Address };
        engine["list"] = folder.Write("list.txt", string.Join('\n', source.References));
        var script = Path.Combine(Folder, "mirror-list.ps1");
        Assert.Equal(20, (await engine.OutputAsync($"1..3 | ForEach-Object {{ & '{script}' $list $to -Shard \"$_/3\" }}", Token)).Count);
        await FleetChecks.HasAllAsync(target.Address, source.Fleet, readWhole: 2, Token);

        engine["list"] = folder.Write("list.txt",
            $"{source.Registry.Address}/missing:1.0\n{source.Registry.Address}/{source.Fleet.Images.Keys.First()}\n");
        var outcome = await engine.RunAsync($"& '{script}' $list $to", Token);
        Assert.Single(outcome.Output);
        Assert.Contains("1 of the 2 images", outcome.Terminating?.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sync_file_is_copied_in_parts_as_a_list_is()
    {
        await using var source = await FleetSource.StartAsync(20, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        var entries = source.Fleet.Images.Keys.GroupBy(image => image.Split(':')[0])
            .Select(group => $"    {group.Key}: [{string.Join(", ", group.Select(image => $"'{image.Split(':')[1]}'"))}]\n");
        using var engine = new Engine { ["to"] = target.Address };
        engine["file"] = folder.Write("mirror.yml", $"{source.Registry.Address}:\n  images:\n{string.Concat(entries)}");
        var script = Path.Combine(Folder, "mirror-list.ps1");
        Assert.Equal(20, (await engine.OutputAsync($"1..3 | ForEach-Object {{ & '{script}' $file $to -Shard \"$_/3\" }}", Token)).Count);
        await FleetChecks.HasAllAsync(target.Address, source.Fleet, readWhole: 2, Token);
    }
}

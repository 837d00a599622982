using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Carry;

/// <summary>Bundles in parts for media of a limited size.</summary>
public sealed class BundleTests : IDisposable
{
    private const int LayerSize = 100_000;
    private const int PartSize = 2 * (LayerSize + 1024) + 20_000;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _storage = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string[] Parts => [.. Directory.GetFiles(_folder.FullName, "bundle-*.tar").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Parts_keep_the_size_are_valid_archives_and_arrive_by_wildcard_array_and_pipeline_in_any_order()
    {
        using var engine = await ExportedAsync();
        Assert.Equal(3, Parts.Length);
        Assert.All(Parts, part => Assert.InRange(new FileInfo(part).Length, LayerSize, PartSize));
        Assert.Equal(0, (await ExternalTools.RunAsync("sh", ["-c", $"cd '{_folder.FullName}' && sha256sum -c SHA256SUMS"],
            Token)).ExitCode);
        foreach (var part in Parts)
        {
            // The manifest and the config of every image are in every part, so that any tool can list them.
            var inspected = await ExternalTools.RunAsync(
                "skopeo", ["inspect", "--raw", $"oci-archive:{part}:{engine["one"]}"], Token);
            Assert.Equal(ImageOf(1).Digest, Http.DigestOf(System.Text.Encoding.UTF8.GetBytes(inspected.Output)));
        }

        await using var inside = await DockerRegistry.StartAsync(Token);
        engine["to"] = inside.Address;
        foreach (var (script, number) in new[]
        {
            ("Push-ImageTar $bundle-*.tar -Destination \"$to/a/\"", "a"),
            ("Push-ImageTar (Get-ChildItem $bundle-*.tar | Sort-Object -Descending).FullName -Destination \"$to/b/\"", "b"),
            ("Get-ChildItem $bundle-*.tar | Sort-Object -Descending | Push-ImageTar -Destination \"$to/c/\"", "c"),
            ("Push-ImageTar $bundle* -Destination \"$to/d/\"", "d"),
        })
        {
            var results = await engine.OutputAsync(script, Token);
            Assert.Equal(
                Enumerable.Range(1, 5).Select(image => $"{inside.Address}/{number}/team/app:{image}"),
                results.Select(result => (string)((dynamic)result).Reference).Order(StringComparer.Ordinal));
        }

        Assert.Superset(Enumerable.Range(1, 5).Select(number => Http.DigestOf(LayerOf(number))).ToHashSet(),
            inside.Blobs().Keys.ToHashSet());
        using var receiver = new Engine { ["bundle"] = engine["bundle"] };
        await receiver.OutputAsync("Import-ImageTar $bundle-*.tar", Token);
        Assert.All(await receiver.OutputAsync("Test-CachedImage * -Full -Quiet", Token), result => Assert.True((bool)result.BaseObject));
    }

    [Fact]
    public async Task The_lock_file_has_carvel_s_form()
    {
        using var engine = await ExportedAsync();
        var text = await File.ReadAllTextAsync(_folder["bundle.lock.yml"], Token);
        Assert.StartsWith("---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: ", text,
            StringComparison.Ordinal);
        Assert.Contains($"@{ImageOf(5).Digest}\"", text, StringComparison.Ordinal);
        Assert.Contains("kbld.carvel.dev/id: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Push-ImageTar $bundle-*.tar -Destination $to")]
    [InlineData("Import-ImageTar $bundle-*.tar")]
    public async Task A_missing_part_is_named_with_its_images_before_anything_is_copied(string script)
    {
        using var engine = await ExportedAsync();
        File.Delete(Parts[1]);
        await using var inside = await DockerRegistry.StartAsync(Token);
        engine["to"] = inside.Address;
        await engine.OutputAsync("Clear-ImageCache -Confirm:$false | Out-Null", Token);
        var error = (await engine.RunAsync(script, Token)).SingleError();
        Assert.StartsWith("IncompleteImage,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("bundle-002.tar", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bundle-001.tar is", error.Exception.Message, StringComparison.Ordinal);
        var image = Enumerable.Range(1, 5)
            .Count(number => error.Exception.Message.Contains($"/team/app:{number}", StringComparison.Ordinal));
        Assert.InRange(image, 1, 2);
        Assert.Empty(inside.Blobs());
        Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task Test_ImageTar_finds_a_missing_and_a_damaged_part_offline()
    {
        using var engine = await ExportedAsync();
        Assert.Equal(new object[] { true },
            (await engine.OutputAsync("Test-ImageTar $bundle-*.tar -Quiet", Token)).Select(result => result.BaseObject));
        var intact = await engine.OutputAsync("Test-ImageTar $bundle-*.tar", Token);
        Assert.Equal([1L, 2L, 3L], intact.Select(result => (long)((dynamic)result).Part));
        Assert.All(intact, result => Assert.True((bool)((dynamic)result).IsIntact));

        var path = Parts[2];
        var bytes = await File.ReadAllBytesAsync(path, Token);
        var layer = Enumerable.Range(1, 5).Select(LayerOf).Single(content => bytes.AsSpan().IndexOf(content) >= 0);
        bytes[bytes.AsSpan().IndexOf(layer) + 500] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        var damaged = (await engine.OutputAsync("Test-ImageTar $bundle-*.tar", Token)).Select(result => (dynamic)result.BaseObject)
            .ToList();
        Assert.Equal([true, true, false], damaged.Select(result => (bool)result.IsIntact));
        Assert.Contains(Http.DigestOf(layer), (IEnumerable<string>)damaged[2].Damaged);
        Assert.Contains("SHA256SUMS", ((IEnumerable<string>)damaged[2].Damaged).Last(), StringComparison.Ordinal);

        await using var inside = await DockerRegistry.StartAsync(Token);
        engine["to"] = inside.Address;
        await engine.OutputAsync("Clear-ImageCache -Confirm:$false | Out-Null", Token);
        var outcome = await engine.RunAsync("Push-ImageTar $bundle-*.tar -Destination $to", Token);
        Assert.StartsWith("DigestMismatch,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(4, outcome.Output.Count);

        File.Delete(Parts[0]);
        var missing = (await engine.OutputAsync("Test-ImageTar $bundle-*.tar", Token)).Select(result => (dynamic)result.BaseObject)
            .ToList();
        Assert.All(missing, result => Assert.Equal(["bundle-001.tar"], (IEnumerable<string>)result.MissingParts));
        Assert.Equal(new object[] { false },
            (await engine.OutputAsync("Test-ImageTar $bundle-*.tar -Quiet", Token)).Select(result => result.BaseObject));
    }

    [Fact]
    public async Task A_blob_that_does_not_fit_is_one_error_before_the_first_byte_with_a_sufficient_size()
    {
        using var engine = await SavedAsync();
        var error = (await engine.RunAsync("Get-CachedImage | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize 64KB",
            Token)).SingleError();
        Assert.StartsWith("InvalidOption,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.FullName));
        Assert.Contains("/team/app:", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("sha256:", error.Exception.Message, StringComparison.Ordinal);
        var smallest = long.Parse(error.Exception.Message.Split("smallest usable size is ")[1].Split(' ')[0],
            System.Globalization.CultureInfo.InvariantCulture);
        engine["size"] = smallest;
        await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size", Token);
        Assert.All(Parts, part => Assert.InRange(new FileInfo(part).Length, 1, smallest));
        Assert.Equal(5, Parts.Length);
    }

    [Fact]
    public async Task An_export_that_was_killed_between_parts_keeps_the_complete_ones()
    {
        using var engine = await SavedAsync();
        engine["size"] = (long)PartSize;
        using var shell = new PwshProcess();
        shell.Environment["SAVED"] = engine.CachePath;
        shell.Environment["BUNDLE"] = _folder["bundle.tar"];
        shell.Environment["FOLDER"] = _folder.FullName;
        var result = await shell.RunAsync(["-Command", $$"""
            Add-Type 'using System; using System.IO; using System.Runtime.InteropServices;
            public static class Killer {
                [DllImport("libc")] static extern int kill(int pid, int signal);
                public static FileSystemWatcher Watch(string folder) {
                    var watcher = new FileSystemWatcher(folder, "bundle-002.tar");
                    watcher.Renamed += (_, _) => kill(Environment.ProcessId, 9);
                    watcher.Created += (_, _) => kill(Environment.ProcessId, 9);
                    watcher.EnableRaisingEvents = true;
                    return watcher;
                } }'
            $watcher = [Killer]::Watch($env:FOLDER)
            Get-CachedImage -CachePath $env:SAVED | Export-ImageTar -Path $env:BUNDLE -MaximumSize {{PartSize}}
            [Threading.Thread]::Sleep([Threading.Timeout]::Infinite)
            """]);
        Assert.True(result.ExitCode != 0, result.Output + result.Error);
        Assert.InRange(Parts.Length, 2, 3);
        var kept = Parts.Take(2).Select(part => (part, File.GetLastWriteTimeUtc(part), Http.DigestOf(File.ReadAllBytes(part)))).ToList();
        if (Parts.Length == 3)
        {
            // The process lived on for the third part; what a kill before it leaves is this.
            File.Delete(Parts[2]);
            File.Delete(_folder["SHA256SUMS"]);
        }

        await File.WriteAllTextAsync(_folder[".bundle-003.tar.abc.partial"], "left by the killed process", Token);
        var files = await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size", Token);
        Assert.Equal(Parts, files.Select(file => (string)((dynamic)file).FullName));
        Assert.Equal(kept, Parts.Take(2).Select(part => (part, File.GetLastWriteTimeUtc(part), Http.DigestOf(File.ReadAllBytes(part)))));
        Assert.True((bool)await engine.SingleAsync("Test-ImageTar $bundle-*.tar -Quiet", Token));
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.partial"));
    }

    [Fact]
    public async Task Parts_of_another_bundle_are_not_replaced_unless_forced()
    {
        using var engine = await ExportedAsync();
        var outcome = await engine.RunAsync("Get-CachedImage */app:1 | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size", Token);
        Assert.StartsWith("DestinationConflict,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size -Force", Token);
        Assert.True((bool)await engine.SingleAsync("Test-ImageTar $bundle-*.tar -Quiet", Token));
    }

    [Fact]
    public async Task A_bundle_in_parts_may_be_a_delta()
    {
        using var engine = await ExportedAsync();
        engine["delta"] = _folder["delta"];
        await engine.OutputAsync(
            "Get-CachedImage */app:1, */app:2 | Export-ImageTar -Path \"$delta.tar\" -MaximumSize $size -Baseline (Get-CachedImage "
                + "*/app:1)", Token);
        Assert.Single(Directory.GetFiles(_folder.FullName, "delta-*.tar"));
        Assert.True((bool)await engine.SingleAsync("Test-ImageTar $delta-*.tar -Quiet", Token));
        Assert.Equal(1, (await engine.SingleAsync("Test-ImageTar $delta-*.tar", Token)).Omitted);
    }

    [Theory]
    [InlineData("*", 5, 0)]
    [InlineData("*/app:1, */app:2, */app:3", 3, 0)]
    [InlineData("*", 5, 1)]
    public async Task Verbose_messages_name_the_part_or_the_image_that_has_a_blob(string selection, int images, int baseline)
    {
        using var engine = await SavedAsync();
        engine["size"] = (long)PartSize;
        engine["baseline"] = $"{engine["from"]}:1";
        var known = baseline > 0 ? "-Baseline (Get-CachedImage $baseline)" : "";
        var outcome = await engine.RunAsync(
            $"Get-CachedImage {selection} | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size {known} -Verbose", Token);
        outcome.WithoutErrors();
        for (var number = 1; number <= images; number++)
        {
            var layer = Http.DigestOf(LayerOf(number));
            var places = outcome.Verbose.Where(line => line.StartsWith($"{layer}: exists in ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[^1].TrimEnd('.')).Distinct();
            var holders = Parts.Where(part => File.ReadAllBytes(part).AsSpan().IndexOf(LayerOf(number)) >= 0).ToList();
            Assert.Equal(number <= baseline ? [$"{engine["from"]}@{ImageOf(number).Digest}"] : holders, places);
            Assert.Equal(number <= baseline ? 0 : 1, holders.Count);
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _storage.Dispose();
    }

    private static byte[] LayerOf(int number) => Http.RandomBytes(LayerSize, number);

    private static TestImage ImageOf(int number) => TestImage.Of(LayerOf(number));

    /// <summary>An engine whose cache has five images of one layer each.</summary>
    private async Task<Engine> SavedAsync()
    {
        var storage = new RegistryStorage(_storage.FullName);
        Enumerable.Range(1, 5).ToList().ForEach(number => storage.AddImage("team/app", ImageOf(number), $"{number}"));
        await using var outside = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = _storage.FullName }, Token);
        var engine = new Engine { ["from"] = $"{outside.Address}/team/app", ["one"] = $"{outside.Address}/team/app:1",
            ["bundle"] = _folder["bundle"] };
        await engine.OutputAsync("1..5 | ForEach-Object { \"${from}:$_\" } | Save-ImageToCache", Token);
        return engine;
    }

    private async Task<Engine> ExportedAsync()
    {
        var engine = await SavedAsync();
        engine["size"] = (long)PartSize;
        await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path \"$bundle.tar\" -MaximumSize $size", Token);
        return engine;
    }
}

using System.Formats.Tar;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>A docker archive has the same digest by import and by direct push, and existing layers are neither read nor sent
/// again.</summary>
public sealed class DeterminismTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Settings => new()
    {
        { "docker-archive.tar", "" },
        { "docker-archive.tar.gz", "" },
        { "docker-archive.tar.zst", "" },
        { "docker-multi.tar", "" },
        { "docker-archive.tar", "-Compression None" },
        { "docker-archive.tar", "-Compression Gzip -CompressionLevel 1" },
        { "docker-archive.tar", "-Compression Zstd" },
        { "docker-archive.tar", "-ManifestFormat Docker" },
        { "docker25.tar", "" },
        { "oci-archive.tar", "" },
    };

    [Theory, MemberData(nameof(Settings))]
    public async Task Import_then_push_and_direct_push_give_the_same_digest(string archive, string settings)
    {
        // Each way uses its own cache, so that neither reuses the results of the other.
        var imported = await DigestsAsync(archive, $"Import-ImageTar $tar {settings} | Push-CachedImage -Destination $registry");
        var direct = await DigestsAsync(archive, $"Push-ImageTar $tar -Destination $registry {settings}");
        Assert.NotEmpty(direct);
        Assert.Equal(imported, direct);
    }

    [Fact]
    public async Task Settings_that_differ_give_digests_that_differ()
    {
        var digests = new HashSet<string>();
        foreach (var settings in new[] { "", "-Compression None", "-Compression Gzip -CompressionLevel 1", "-Compression Zstd",
            "-ManifestFormat Docker" })
        {
            Assert.True(digests.Add((await DigestsAsync("docker-archive.tar", $"Push-ImageTar $tar -Destination $registry {settings}"))[0]),
                settings);
        }
    }

    [Theory]
    [InlineData("Push-ImageTar $tar -Destination $registry")]
    [InlineData("Import-ImageTar $tar | Push-CachedImage -Destination $registry")]
    public async Task The_second_push_sends_no_layer(string script)
    {
        var tar = (await ImagesFixture.GetAsync(Token))["docker-archive.tar"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address };
        var first = await engine.SingleAsync(script, Token);
        await registry.ForgetRequestsAsync(Token);
        var second = await engine.SingleAsync(script, Token);

        Assert.Equal(3, (int)first.Uploaded);
        Assert.True(first.BytesSent > 6_000_000);
        Assert.Equal((string)first.Digest, (string)second.Digest);
        Assert.Equal(3, (int)second.Existing);
        Assert.Equal(0, (int)second.Uploaded);
        Assert.Equal(0L, (long)second.BytesSent);
        var requests = await registry.RequestsAsync(Token);
        Assert.NotEmpty(requests);
        Assert.All(requests, request => Assert.Contains(request.Method, new[] { "GET", "HEAD" }));
    }

    [Theory]
    [InlineData("$registry", 3, 0)]
    [InlineData("$registry/team/app:2.0", 3, 0)]
    [InlineData("$registry/elsewhere/", 0, 3)]
    public async Task The_second_push_reads_no_layer(string destination, int existing, int mounted)
    {
        using var folder = new TemporaryFolder();
        var tar = folder["app.tar"];
        File.Copy((await ImagesFixture.GetAsync(Token))["docker-archive.tar"], tar);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address };
        var first = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token);

        // Reading a layer now fails, since it does not match its diff ID.
        Assert.Equal(3, EmptyLayers(tar));
        var second = await engine.SingleAsync($"Push-ImageTar $tar -Destination {destination}", Token);
        Assert.Equal((string)first.Digest, (string)second.Digest);
        Assert.Equal((existing, mounted, 0), ((int)second.Existing, (int)second.Mounted, (int)second.Uploaded));

        // The check above can fail: an empty registry needs the bytes of the layers.
        await registry.EmptyAsync();
        await engine.FailsAsync("Push-ImageTar $tar -Destination $registry", "DigestMismatch", tar);
    }

    [Fact]
    public async Task A_push_to_another_registry_gives_the_same_digest_and_reads_a_cached_image_only()
    {
        var tar = (await ImagesFixture.GetAsync(Token))["docker-archive.tar"];
        var registry = await registries.OpenAsync(Token);
        await using var other = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address, ["other"] = other.Address };
        var first = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token);
        var second = await engine.SingleAsync("Push-ImageTar $tar -Destination $other", Token);
        Assert.Equal((string)first.Digest, (string)second.Digest);
        Assert.Equal(3, (int)second.Uploaded);
    }

    [Fact]
    public async Task Images_that_share_layers_send_each_layer_once()
    {
        var tar = (await ImagesFixture.GetAsync(Token))["docker-multi.tar"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address };
        var results = await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        Assert.Equal(3, results.Count);
        Assert.Equal(3, results.Sum(result => (int)((dynamic)result).Uploaded));
        Assert.Equal(8, results.Sum(result => (int)((dynamic)result).Layers));
    }

    private static int EmptyLayers(string tar)
    {
        var places = new List<(long Offset, long Length)>();
        using (var reader = new TarReader(File.OpenRead(tar)))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry is { EntryType: TarEntryType.RegularFile } && entry.Name.EndsWith(".tar", StringComparison.Ordinal))
                {
                    places.Add((entry.DataOffset, entry.Length));
                }
            }
        }

        using var file = File.OpenWrite(tar);
        foreach (var (offset, length) in places)
        {
            file.Position = offset;
            file.Write(new byte[length]);
        }

        return places.Count;
    }

    private async Task<string[]> DigestsAsync(string archive, string script)
    {
        var tar = (await ImagesFixture.GetAsync(Token))[archive];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address };
        var outcome = (await engine.RunAsync(script, Token)).WithoutErrors();
        return [.. outcome.Output.Select(result => (string)((dynamic)result).Digest)];
    }
}

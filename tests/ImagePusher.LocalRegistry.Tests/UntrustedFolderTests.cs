using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>A layout created by or writable for another user must not cause the registry to serve other files than its blobs.</summary>
public sealed class UntrustedFolderTests
{
    private static readonly byte[] Blob = Http.RandomBytes(5000, 11);
    private static readonly string BlobDigest = Http.DigestOf(Blob);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("link to a file with the right bytes")]
    [InlineData("link to another file")]
    [InlineData("dangling link")]
    [InlineData("link to a device")]
    [InlineData("named pipe")]
    [InlineData("socket")]
    [InlineData("character device")]
    [InlineData("block device")]
    [InlineData("folder")]
    public async Task A_blob_that_is_not_a_regular_file_is_not_served_and_a_push_replaces_it(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The special files are those of Linux.");
        await using var registry = await RunningRegistry.StartAsync();
        using var other = new TemporaryFolder();
        var path = await PlaceAsync(registry, kind, other);

        (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).IsError(HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{BlobDigest}")).Is(HttpStatusCode.NotFound);
        (await registry.SendAsync("POST", $"/v2/team/app/blobs/uploads/?mount={BlobDigest}&from=team/other")).Is(HttpStatusCode.Accepted);
        if (kind == "folder")
        {
            return;
        }

        Assert.Contains(registry.Log.Warnings, line => line.Contains(BlobDigest, StringComparison.Ordinal));
        await registry.PushBlobAsync(Blob);
        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).Is(HttpStatusCode.OK).Body);
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal("private", await File.ReadAllTextAsync(other["other"], Token));
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("blobs/sha256")]
    public async Task A_folder_of_blobs_that_is_a_link_is_not_served(string folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Blob);
        using var other = new TemporaryFolder();
        var path = Path.Combine(registry.Cache.Path, folder);
        Directory.Move(path, other["moved"]);
        Directory.CreateSymbolicLink(path, other["moved"]);
        (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).IsError(HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{BlobDigest}")).Is(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_that_is_a_link_or_a_pipe_is_not_served_and_a_push_replaces_it(bool isPipe)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Named pipes are those of Linux.");
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Blob);
        using var other = new TemporaryFolder();
        var path = registry.Cache.Blobs.PathOf(Digest.Parse(image.Digest));
        File.Move(path, other["manifest"]);
        if (isPipe)
        {
            await SpecialFile.MakeAsync("named pipe", path, Token);
        }
        else
        {
            File.CreateSymbolicLink(path, other["manifest"]);
        }

        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.PutManifestAsync("1", image.Manifest)).Is(HttpStatusCode.Created);
        Assert.Equal(image.Manifest, (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK).Body);
    }

    [Theory]
    [InlineData("application/x\\r\\nSet-Cookie: a=b")]
    [InlineData("application/x\\nX: y")]
    [InlineData("\\u0000\\u001b[31m")]
    public async Task A_media_type_of_the_index_cannot_add_a_header(string mediaType)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Blob);
        var index = Path.Combine(registry.Cache.Path, "index.json");
        var text = await File.ReadAllTextAsync(index, Token);
        await File.WriteAllTextAsync(index, text.Replace(TestImage.ManifestType, mediaType, StringComparison.Ordinal), Token);

        var answer = await registry.GetAsync("/v2/team/app/manifests/1");
        Assert.DoesNotContain("Set-Cookie", answer.Headers.Keys);
        Assert.DoesNotContain("X", answer.Headers.Keys);
        Assert.Equal(image.Manifest, answer.Is(HttpStatusCode.OK).Body);
    }

    private static async Task<string> PlaceAsync(RunningRegistry registry, string kind, TemporaryFolder other)
    {
        await registry.PushBlobAsync([1]);
        other.Write("other", "private");
        other.Write("same", Blob);
        var path = registry.Cache.Blobs.PathOf(Digest.Parse(BlobDigest));
        switch (kind)
        {
            case "named pipe" or "socket" or "character device" or "block device":
                await SpecialFile.MakeAsync(kind, path, Token);
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            default:
                File.CreateSymbolicLink(path, kind switch
                {
                    "link to a file with the right bytes" => other["same"],
                    "link to another file" => other["other"],
                    "link to a device" => "/dev/zero",
                    _ => other["none"],
                });
                break;
        }

        return path;
    }
}

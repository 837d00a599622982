using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Errors;

/// <summary>A folder that is specified in place of a cache or a file is an error that states the required value.</summary>
public sealed class MistakenPathTests : IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("Get-CachedImage -CachePath $folder")]
    [InlineData("Get-CachedImage app -CachePath $folder")]
    [InlineData("Get-ImageCache $folder")]
    [InlineData("Test-CachedImage * -CachePath $folder")]
    [InlineData("Remove-CachedImage * -CachePath $folder -Confirm:$false")]
    [InlineData("Export-ImageTar * $out -CachePath $folder")]
    [InlineData("Push-CachedImage * -Destination localhost:1 -CachePath $folder")]
    [InlineData("Import-ImageTar $tar -CachePath $folder")]
    public async Task A_folder_of_other_files_is_not_a_cache(string script)
    {
        _images.Write("mine/thesis.txt", [1, 2, 3]);
        using var engine = NewEngine("mine");
        await engine.FailsAsync(script, "InvalidOption", "mine", "contains other files and is not an OCI image layout");
        Assert.Equal(["thesis.txt"], Directory.EnumerateFileSystemEntries(_images["mine"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("empty")]
    public async Task A_folder_that_is_new_or_empty_is_an_empty_cache(string name)
    {
        Directory.CreateDirectory(_images["empty"]);
        using var engine = NewEngine(name);
        Assert.Empty(await engine.OutputAsync(
            "Get-CachedImage -CachePath $folder; Test-CachedImage * -CachePath $folder -ErrorAction Ignore", Token));
        Assert.Equal(0L, (long)(await engine.SingleAsync("Get-ImageCache $folder", Token)).Images);
        Assert.Equal(name == "empty", Directory.Exists(_images[name]));
    }

    [Theory]
    [InlineData("Export-ImageTar * $folder", "images.tar")]
    [InlineData("Export-ImageTar * $folder -Force -Format Docker", "images.tar")]
    [InlineData("Export-ImageLock \"example.com/app@$digest\" -Path $folder", "images.lock.yml")]
    [InlineData("Save-ImageFile example.com/app:1 $folder -Format Tar -CachePath $env:IMAGEPUSHER_CACHE", "files.tar")]
    [InlineData("Sync-RegistryImage $sync -ResultPath $folder", "result.jsonl")]
    public async Task A_folder_as_an_output_file_is_an_error_with_an_example(string script, string example)
    {
        Directory.CreateDirectory(_images["folder"]);
        using var engine = NewEngine("folder");
        await engine.OutputAsync("$digest = (Import-ImageTar $tar).Digest", Token);
        var error = (await engine.FailsAsync(script, "InvalidOption", "is a folder; a file is needed")).SingleError();
        Assert.Contains(Path.Combine(_images["folder"], example), error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    private Engine NewEngine(string folder) => new()
    {
        ["folder"] = _images[folder],
        ["tar"] = _images.Write("app"),
        ["out"] = _images["out.tar"],
        ["sync"] = _images.Write("sync.yml", "version: 1\nsync: []\n"u8.ToArray()),
    };
}

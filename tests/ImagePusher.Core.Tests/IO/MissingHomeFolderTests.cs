using System.Runtime.Versioning;
using ImagePusher.Core.IO;
using ImagePusher.Core.Tests.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.IO;

/// <summary>A user without a home folder, as in many containers: the default cache is below the temporary folder, which all
/// share.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MissingHomeFolderTests : IDisposable
{
    private const UnixFileMode All = (UnixFileMode)0x1FF;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Cache => _folder["tmp/cache-54321"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_default_cache_is_private_and_found_again()
    {
        Prepare();
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(Path.Combine(Cache, "imagepusher"), (await RunAsync()).TrimEnd());
            var folder = FileStatus.Of(Cache)!;
            Assert.Equal((54321u, (UnixFileMode)0x1C0), (folder.Owner, folder.Mode));
        }
    }

    [Theory]
    [InlineData("mkdir -m 755 CACHE; chown 12345 CACHE")]
    [InlineData("mkdir -m 755 CACHE; chown 0:0 CACHE")]
    [InlineData("mkdir -m 770 CACHE; chown 54321:12345 CACHE")]
    [InlineData("mkdir -m 707 CACHE; chown 54321 CACHE")]
    [InlineData("mkdir -m 700 OWN; chown 54321 OWN; ln -s OWN CACHE; chown -h 12345 CACHE")]
    [InlineData("ln -s OWN CACHE; chown -h 12345 CACHE")]
    [InlineData("touch CACHE; chown 54321 CACHE")]
    [InlineData("mkfifo CACHE")]
    public async Task A_folder_that_another_user_could_have_created_is_not_used(string script)
    {
        Prepare();
        script = script.Replace("CACHE", Cache, StringComparison.Ordinal).Replace("OWN", _folder["own"], StringComparison.Ordinal);
        await ExternalTools.RunAsync("sh", ["-c", $"umask 0; {script}"], Token);
        Assert.StartsWith("AccessDeniedException: '" + Cache, await RunAsync(), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync() => (await ExternalTools.RunAsync(
        "setpriv",
        ["--reuid=54321", "--regid=54321", "--clear-groups", "env", "-u", "HOME", "-u", "XDG_CACHE_HOME", $"TMPDIR={_folder["tmp"]}",
            .. Worker.Command, "default-cache"],
        new ToolSettings { AllowFailure = true }, Token)).Output;

    private void Prepare()
    {
        Assert.SkipUnless(Environment.UserName == "root" && ExternalTools.Find("setpriv") is not null,
            "Only root can run programs as another user.");
        File.SetUnixFileMode(_folder.FullName, All);
        File.SetUnixFileMode(Directory.CreateDirectory(_folder["tmp"]).FullName, All | UnixFileMode.StickyBit);
    }
}

using ImagePusher.Core.Discovery;
using ImagePusher.Core.Sync;
using ImagePusher.Core.Trust;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.IO;

/// <summary>A named pipe or device specified in place of a file is an invalid option for every cmdlet, and the cmdlet does not wait for
/// it.</summary>
public sealed class SpecialFileErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static MatrixTheoryData<string, string> Cases => new(
        ["references", "sync file", "policy", "key"], ["named pipe", "socket", "link to a character device"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_InvalidOption_with_its_path(string reader, string kind)
    {
        var path = _folder["file"];
        await SpecialFile.MakeAsync(kind, path, TestContext.Current.CancellationToken);
        var error = Assert.Throws<InvalidOptionException>(() => Read(reader, path));
        Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal);
        Assert.Equal("Specify a regular file.", error.RecommendedAction);
    }

    private static object Read(string reader, string path) => reader switch
    {
        "references" => SourceText.Read(path),
        "sync file" => SyncFileReader.ReadFile(path, path, _ => null, Path.GetTempPath()),
        "policy" => SignaturePolicy.Load(path),
        _ => TrustFile.Read(path, "public key", 1000),
    };
}

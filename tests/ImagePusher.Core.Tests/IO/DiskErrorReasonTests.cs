using ImagePusher.Core.IO;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.IO;

/// <summary>Messages name the path themselves, so that the reason that they quote from .NET must not name it again.</summary>
public sealed class DiskErrorReasonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("missing/file")]
    [InlineData("file/below")]
    [InlineData("/dev/full")]
    public void A_reason_does_not_contain_the_path(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && name.StartsWith('/'), "Windows has no device that is always full.");
        _folder.Write("file", "");
        var path = _folder[name];
        var error = Assert.ThrowsAny<Exception>(() => File.WriteAllText(path, "text"));
        Assert.True(error is IOException or UnauthorizedAccessException, error.ToString());
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(path, DiskErrors.Reason(error), StringComparison.Ordinal);
        Assert.DoesNotContain("'", DiskErrors.Reason(error), StringComparison.Ordinal);
    }
}

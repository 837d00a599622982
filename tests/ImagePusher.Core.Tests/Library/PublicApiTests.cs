using System.Reflection;
using ImagePusher.LocalRegistry;
using PublicApiGenerator;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// The public API of the libraries is the committed list, so that each change is visible in review. To accept a change, copy
/// the received file, whose path the failure names, over the committed one.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    [Theory]
    [InlineData(typeof(ImagePusherException))]
    [InlineData(typeof(LocalRegistryServer))]
    public async Task The_public_API_is_the_committed_list(Type type)
    {
        var name = type.Assembly.GetName().Name;
        var committed = Path.Combine(Root, "tests", "ImagePusher.Core.Tests", "Library", $"{name}.PublicApi.txt");
        var actual = type.Assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var expected = File.Exists(committed) ? (await File.ReadAllTextAsync(committed, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") : "";
        if (actual != expected)
        {
            var received = Path.Combine(AppContext.BaseDirectory, $"{name}.PublicApi.received.txt");
            await File.WriteAllTextAsync(received, actual, TestContext.Current.CancellationToken);
            Assert.Fail($"The public API differs from {committed}; received: {received}");
        }
    }

    [Fact]
    public void The_library_has_about_half_of_the_94_public_types_that_it_once_had_and_the_errors() => Assert.InRange(
        typeof(ImagePusherException).Assembly.GetExportedTypes().Count(type => !type.IsAssignableTo(typeof(Exception))), 1, 50);

    [Fact]
    public void Every_public_member_is_documented()
    {
        // The compiler warns about each undocumented public member and warnings are errors, so the file only has to exist.
        var documentation = Path.ChangeExtension(typeof(ImagePusherException).Assembly.Location, ".xml");
        Assert.True(File.Exists(documentation), documentation);
        Assert.Contains(
            "M:ImagePusher.Core.ImageTransfer.CopyAsync", File.ReadAllText(documentation), StringComparison.Ordinal);
        Assert.Empty(typeof(ImagePusherException).Assembly.GetCustomAttributes<System.Diagnostics.CodeAnalysis.SuppressMessageAttribute>());
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}

using System.Globalization;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Pwsh;

/// <summary>
/// The methods that a new process compiles at run time, which account for most of the time of a first transfer (docs/decisions/0015 and
/// 0059). Counted, not timed: the number is the same on every machine.
/// </summary>
public sealed class StartUpTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    /// <summary>612 in a pwsh whose own assemblies are compiled at run time too, 510 in one that is compiled ahead; 1,450 before.</summary>
    private const int MostMethods = 660;

    private readonly SmallImages _images = new();
    private readonly PwshProcess _pwsh = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_push_of_a_process_compiles_few_methods()
    {
        Assert.SkipUnless(Repository.IsCompiledAhead, "The module was built without code compiled ahead: Debug, or not on Linux x64.");
        var registry = await registries.OpenAsync(Token);
        const string count = "[Runtime.JitInfo]::GetCompiledMethodCount($false)";
        var push = $"Push-ImageTar '{_images.Write("app", 1000)}' -Destination {registry.Address}";
        var script = $"Import-Module ImagePusher; $before = {count}; $result = {push}; {count} - $before; $result.Layers";
        var run = await _pwsh.RunAsync(["-Command", script]);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("1", 2), (lines[^1], lines.Length));
        Assert.InRange(int.Parse(lines[0], CultureInfo.InvariantCulture), 1, MostMethods);
    }

    public void Dispose()
    {
        _pwsh.Dispose();
        _images.Dispose();
    }
}

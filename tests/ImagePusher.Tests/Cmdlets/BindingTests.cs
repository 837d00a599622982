using System.Management.Automation;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>The output of a cmdlet binds to the next one, even after remoting or Clixml converted it to property bags.</summary>
public sealed class BindingTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private const string Setup = """
        using namespace System.Management.Automation
        function Invoke-Copy { process { [PSSerializer]::Deserialize([PSSerializer]::Serialize($_)) } }
        $null = Import-ImageTar $tar
        $null = Push-ImageTar $tar -Destination $registry
        """;

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Import-ImageTar $tar", "Push-CachedImage -Destination $registry")]
    [InlineData("Import-ImageTar $tar", "Test-CachedImage")]
    [InlineData("Import-ImageTar $tar", "Get-CachedImage")]
    [InlineData("Get-CachedImage", "Push-CachedImage -Destination $registry")]
    [InlineData("Get-CachedImage", "Test-CachedImage -Full")]
    [InlineData("Get-CachedImage", "Export-ImageTar -Path ($tar + '.export')")]
    [InlineData("Test-CachedImage *", "Push-CachedImage -Destination $registry")]
    [InlineData("Save-ImageToCache $registry/app:1", "Push-CachedImage -Destination $registry/copy/")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "Get-RegistryManifest")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "Save-ImageToCache")]
    [InlineData("Push-ImageTar $tar -Destination $registry", "Copy-RegistryImage -Destination $registry/copy/")]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $registry", "Get-RegistryManifest")]
    [InlineData("Get-RegistryManifest $registry/app:1", "Save-ImageToCache")]
    [InlineData("Get-RegistryManifest $registry/app:1", "Get-RegistryManifest")]
    [InlineData("Get-RegistryTag $registry/app", "Get-RegistryManifest")]
    [InlineData("Get-RegistryTag $registry/app", "Save-ImageToCache")]
    [InlineData("Get-RegistryRepository $registry", "Get-RegistryTag")]
    [InlineData("[IO.FileInfo] $tar", "Import-ImageTar")]
    [InlineData("[IO.FileInfo] $tar", "Push-ImageTar -Destination $registry")]
    [InlineData("[IO.FileInfo] $tar", "Get-ImageTar")]
    [InlineData("$tar", "Get-ImageTar")]
    [InlineData("Get-ImageTar $tar", "Import-ImageTar")]
    [InlineData("Get-ImageTar $tar", "Push-ImageTar -Destination $registry")]
    [InlineData("Connect-Registry $registry", "Get-RegistryConnection")]
    [InlineData("Set-RegistryOption $registry -ThrottleLimit 3 -PassThru", "Get-RegistryOption")]
    [InlineData("Get-RegistryOption $registry", "Set-RegistryOption -PassThru")]
    [InlineData("Start-LocalRegistry -Port 0", "Get-LocalRegistry")]
    [InlineData("Start-LocalRegistry -Port 0", "Connect-Registry")]
    [InlineData("Get-ImageCache", "Set-ImageCache -PassThru")]
    public async Task Each_input_object_has_one_output_object(string from, string to)
    {
        using var engine = await EngineAsync();
        try
        {
            await engine.OutputAsync(Setup, Token);
            Assert.Single(await engine.OutputAsync($"{from} | {to}", Token));
            if (!from.Contains("IO.FileInfo", StringComparison.Ordinal))
            {
                Assert.Single(await engine.OutputAsync(
                    $"{from} | Invoke-Copy | {to}{(to.StartsWith("Export", StringComparison.Ordinal) ? " -Force" : "")}", Token));
            }
        }
        finally
        {
            await engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry; Set-ImageCache $env:IMAGEPUSHER_CACHE", Token);
        }
    }

    [Theory]
    [InlineData("Import-ImageTar $tar", "Remove-CachedImage", "Get-CachedImage")]
    [InlineData("$null = Import-ImageTar $tar; Test-CachedImage *", "Remove-CachedImage", "Get-CachedImage")]
    [InlineData("Connect-Registry $registry", "Disconnect-Registry", "Get-RegistryConnection")]
    [InlineData("Start-LocalRegistry -Port 0", "Stop-LocalRegistry", "Get-LocalRegistry")]
    public async Task Removed_objects_are_gone(string from, string to, string left)
    {
        using var engine = await EngineAsync();
        await engine.OutputAsync(Setup, Token);
        Assert.Empty(await engine.OutputAsync($"{from} | {to}; {left}", Token));
        Assert.Empty(await engine.OutputAsync($"{from} | Invoke-Copy | {to}; {left}", Token));
    }

    [Fact]
    public async Task A_cached_image_binds_to_its_own_cache()
    {
        using var engine = await EngineAsync();
        engine["other"] = _images["other-cache"];
        var result = await engine.SingleAsync(
            """
            $image = Import-ImageTar $tar
            Set-ImageCache $other
            try { $image | Push-CachedImage -Destination $registry } finally { Set-ImageCache $image.CachePath }
            """,
            Token);
        Assert.Equal("example.com/app:1", (string)result.Source);
    }

    [Fact]
    public async Task A_push_of_a_cached_image_object_sends_its_digest_even_if_the_name_has_moved()
    {
        using var engine = await EngineAsync();
        var before = DockerSave.Of("example.com/app:1", LayerTar.Of("v", "before")).ToArray();
        engine["old"] = _images.Write("old.tar", before);
        var outcome = await engine.OutputAsync(
            "$image = Import-ImageTar $old; $null = Import-ImageTar $tar; $image.Digest; "
                + "($image | Push-CachedImage -Destination $registry).Digest", Token);
        Assert.Equal(outcome[0].ToString(), outcome[1].ToString());
    }

    [Theory]
    [InlineData("brackets [1]", "-LiteralPath $odd")]
    [InlineData("brackets [1]", "([IO.FileInfo] $odd)")]
    [InlineData("a name with 'quotes' and $signs", "$odd")]
    [InlineData("caf\u00e9", "$odd")]
    public async Task Unusual_file_names_are_found(string name, string argument)
    {
        using var engine = await EngineAsync();
        engine["odd"] = _images.Write($"{name}.tar", DockerSave.Of("example.com/odd:1", SmallImages.LayerOf("odd")).ToArray());
        var script = argument.StartsWith('(') ? $"{argument} | Import-ImageTar" : $"Import-ImageTar {argument}";
        Assert.Equal("example.com/odd:1", (await engine.SingleAsync(script, Token)).Reference);
    }

    [Fact]
    public async Task Paths_accept_wildcards_and_are_relative_to_the_current_location()
    {
        using var engine = await EngineAsync();
        engine["folder"] = _images[""];
        _images.Write("one");
        _images.Write("two");
        Assert.Equal(
            ["example.com/app:1", "example.com/one:1", "example.com/two:1"],
            (await engine.OutputAsync("Import-ImageTar ($folder + '/*.tar')", Token)).Select(image => (string)((dynamic)image).Reference)
                .Order());
        Assert.Equal("example.com/one:1",
            (await engine.SingleAsync("$ExecutionContext.SessionState.Path.SetLocation($folder) | Out-Null; Import-ImageTar ./o*.tar",
                Token)).Reference);
    }

    [Fact]
    public async Task References_accept_wildcards_for_full_and_short_names()
    {
        using var engine = await EngineAsync();
        engine["tars"] = new[]
        {
            _images.Write("a.tar", DockerSave.Of("nginx:1", LayerTar.Of("a", "a")).ToArray()),
            _images.Write("b.tar", DockerSave.Of("example.com/team/web:1", LayerTar.Of("b", "b")).ToArray()),
            _images.Write("c.tar", DockerSave.Of("example.com/team/web:2", LayerTar.Of("c", "c")).ToArray()),
        };
        await engine.OutputAsync("Import-ImageTar $tars", Token);
        var expected = new Dictionary<string, int>
        {
            ["*"] = 3,
            ["nginx"] = -1,
            ["nginx:1"] = 1,
            ["ngin*"] = 1,
            ["docker.io/*"] = 1,
            ["docker.io/library/nginx:?"] = 1,
            ["example.com/team/*"] = 2,
            ["*/web:2"] = 1,
            ["none*"] = 0,
            ["example.com/team/web:[12]"] = 2,
            ["EXAMPLE.com/*"] = 0,
        };
        foreach (var (pattern, count) in expected)
        {
            engine["pattern"] = pattern;
            foreach (var script in new[]
            {
                "Get-CachedImage $pattern", "Test-CachedImage $pattern", "Repair-CachedImage $pattern",
                "Push-CachedImage $pattern -Destination $registry",
            })
            {
                var outcome = await engine.RunAsync(script, Token);
                Assert.True(Math.Max(count, 0) == outcome.Output.Count, $"{script} with {pattern} gave {outcome.Output.Count}.");
                var isError = count < 0 || (count == 0 && !script.StartsWith("Get-", StringComparison.Ordinal));
                Assert.Equal(isError ? ["ImageNotCached"] : [], outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
            }
        }

        Assert.False((bool)await engine.SingleAsync("Test-CachedImage none* -Quiet", Token));
        Assert.Empty(await engine.OutputAsync("Remove-CachedImage none*", Token));
        (await engine.RunAsync("Export-ImageTar none* ($tars[0] + '.export')", Token)).SingleError().Is("ImageNotCached", "none*");
        await engine.OutputAsync("Remove-CachedImage */web:*", Token);
        Assert.Equal("docker.io/library/nginx:1", (await engine.SingleAsync("Get-CachedImage", Token)).Reference);
    }

    [Fact]
    public async Task Objects_have_the_documented_properties_of_types_that_survive_remoting()
    {
        using var engine = await EngineAsync();
        await engine.OutputAsync(Setup, Token);
        await HasAsync(engine, "Get-CachedImage",
            "Reference Repository Tag Digest SourceDigest MediaType Platform Size UniqueSize SharedSize LayerCount IsComplete Created "
                + "Saved Subject CachePath");
        await HasAsync(engine, "Push-CachedImage * -Destination $registry",
            "Source Reference Digest SourceDigest Layers Uploaded Mounted Existing BytesSent Duration");
        await HasAsync(engine, "Get-RegistryManifest $registry/app:1",
            "Reference Digest MediaType Size Platform Layers Manifests Annotations Raw");
    }

    public void Dispose() => _images.Dispose();

    private static async Task HasAsync(Engine engine, string script, string properties)
    {
        PSObject item = Assert.Single(await engine.OutputAsync(script, Token));
        Assert.Equal(properties.Split(' ').Order(),
            item.Properties.Where(property => property.MemberType == PSMemberTypes.Property).Select(property => property.Name).Order());
        Assert.True(item.BaseObject.GetType().IsSealed);
        Assert.DoesNotContain(item.BaseObject.GetType().GetProperties(),
            property => property.SetMethod is { IsPublic: true } setter
                && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)));
    }

    private async Task<Engine> EngineAsync()
    {
        var registry = await registries.OpenAsync(Token);
        return new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address };
    }
}

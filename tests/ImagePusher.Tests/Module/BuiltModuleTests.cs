using ImagePusher.Tests.Support;
using Mono.Cecil;

namespace ImagePusher.Tests.Module;

/// <summary>The module as the build puts it together.</summary>
public sealed class BuiltModuleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_manifest_exports_exactly_the_cmdlet_classes()
    {
        using var engine = new Engine(withModule: false);
        var names = await engine.OutputAsync($"(Test-ModuleManifest '{Repository.ModuleManifest}').ExportedCmdlets.Keys", Token);
        Assert.NotEmpty(names);
        Assert.Equal(ModuleAssemblies.CmdletNames(), names.Select(name => name.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_manifest_has_no_wildcard()
    {
        var manifest = File.ReadAllLines(Repository.ModuleManifest);
        var lines = manifest.Where(line => line.Contains("ToExport", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, lines.Count);
        Assert.DoesNotContain(lines, line => line.Contains('*', StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_manifest_has_the_metadata_of_the_Gallery()
    {
        using var engine = new Engine(withModule: false);
        var manifest = await engine.SingleAsync($"Test-ModuleManifest '{Repository.ModuleManifest}'", Token);

        // The GUID identifies the module; it never changes.
        Assert.Equal(Guid.Parse("5aa3935f-a482-4d61-9dc4-e4ee60bd5fc2"), (Guid)manifest.Guid);
        Assert.Equal(["Core"], (IEnumerable<string>)manifest.CompatiblePSEditions);
        Assert.Equal(new Version(7, 6), (Version)manifest.PowerShellVersion);
        Assert.True(((Uri)manifest.LicenseUri).IsAbsoluteUri);
        string[] texts = [manifest.Author, manifest.CompanyName, manifest.Copyright, manifest.Description, manifest.ReleaseNotes];
        foreach (var text in texts)
        {
            Assert.False(string.IsNullOrWhiteSpace(text));
        }

        Assert.NotEmpty((IEnumerable<string>)manifest.Tags);
        Assert.All((IEnumerable<string>)manifest.Tags, tag => Assert.DoesNotContain(' ', tag));
    }

    [Fact]
    public async Task The_imported_module_has_all_cmdlets_and_nothing_else()
    {
        using var engine = new Engine();
        var names = await engine.OutputAsync("Get-Command -Module ImagePusher | ForEach-Object Name", Token);
        Assert.Equal(ModuleAssemblies.CmdletNames(), names.Select(name => name.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_versions_of_manifest_and_assemblies_agree()
    {
        using var engine = new Engine();
        string version = (await engine.SingleAsync("(Get-Module ImagePusher).Version.ToString()", Token)).ToString();
        foreach (var name in new[] { "ImagePusher", "ImagePusher.Core" })
        {
            using var module = ModuleDefinition.ReadModule(ModuleAssemblies.Path(name));
            Assert.Equal(version, module.Assembly.Name.Version.ToString(3));
        }
    }

    [Fact]
    public void The_module_contains_its_own_assemblies_and_their_dependencies_and_no_others()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.ModuleFolder, "bin")).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith(".pdb", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "BouncyCastle.Cryptography.dll", "ImagePusher.Core.dll", "ImagePusher.LocalRegistry.dll", "ImagePusher.dll",
                "Microsoft.Extensions.DependencyInjection.Abstractions.dll", "Microsoft.Extensions.Logging.Abstractions.dll",
                "Polly.Core.dll", "System.IO.Hashing.dll", "YamlDotNet.dll", "ZstdSharp.dll",
            ],
            files);
    }

    [Fact]
    public void Each_reference_of_each_assembly_is_in_the_module_the_runtime_or_the_engine()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.ModuleFolder, "bin"), "*.dll"))
        {
            using var module = ModuleDefinition.ReadModule(file);
            Assert.All(module.AssemblyReferences, reference => Assert.True(
                reference.Name == "System.Management.Automation"
                || File.Exists(ModuleAssemblies.Path(reference.Name))
                || File.Exists(Path.Combine(runtime, reference.Name + ".dll")),
                $"{Path.GetFileName(file)} needs {reference.Name}"));
        }
    }
}

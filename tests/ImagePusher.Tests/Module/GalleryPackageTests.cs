using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Module;

/// <summary>The module's package for the PowerShell Gallery, made from the built module by src/Packaging.ps1.</summary>
public sealed class GalleryPackageTests(GalleryPackage package) : IClassFixture<GalleryPackage>
{
    private const string Nuspec = "ImagePusher.nuspec";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_contains_the_files_of_the_module_with_their_content_types()
    {
        using var zip = ZipFile.OpenRead(await package.PathAsync(Token));
        var own = new[] { "_rels/.rels", "[Content_Types].xml", Nuspec };
        var files = Directory.EnumerateFiles(Repository.ModuleFolder, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Repository.ModuleFolder, file).Replace('\\', '/'), File.ReadAllBytes);
        Assert.Equal([.. own, .. files.Keys.Order(StringComparer.Ordinal)], zip.Entries.Select(entry => entry.FullName));
        Assert.All(files, file => Assert.Equal(SHA256.HashData(file.Value), HashOf(zip.GetEntry(file.Key)!)));

        var kinds = Xml(zip, "[Content_Types].xml").Elements().ToLookup(
            kind => kind.Name.LocalName, kind => (kind.Attribute("Extension") ?? kind.Attribute("PartName"))!.Value);
        Assert.Equal(kinds["Default"].Count(), kinds["Default"].Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(zip.Entries.Where(entry => entry.FullName != own[1]), entry => Assert.True(
            kinds["Override"].Contains("/" + entry.FullName)
            || kinds["Default"].Contains(Path.GetExtension(entry.FullName).TrimStart('.'), StringComparer.OrdinalIgnoreCase),
            entry.FullName));
        Assert.Equal("/" + Nuspec, Xml(zip, own[0]).Elements().Single().Attribute("Target")!.Value);
    }

    [Fact]
    public async Task Assemblies_in_a_package_are_replaced_by_signed_ones_and_the_other_files_stay()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("library.nupkg", await File.ReadAllBytesAsync(await package.PathAsync(Token), Token));
        using var engine = new Engine(withModule: false) { ["path"] = path };
        var functions = Path.Combine(Repository.Folder, "src", "Packaging.ps1");
        var sign = "{ param([string[]] $File) foreach ($name in $File) { Add-Content -LiteralPath $name signature -NoNewline } }";
        await engine.OutputAsync($". '{functions}'; Edit-PackageAssembly $path {sign}", Token);

        using var before = ZipFile.OpenRead(await package.PathAsync(Token));
        using var after = ZipFile.OpenRead(path);
        var names = before.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal);
        Assert.Equal(names, after.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        foreach (var entry in before.Entries)
        {
            var isOwn = entry.Name.StartsWith("ImagePusher", StringComparison.Ordinal)
                && entry.Name.EndsWith(".dll", StringComparison.Ordinal);
            Assert.Equal(isOwn ? entry.Length + "signature".Length : entry.Length, after.GetEntry(entry.FullName)!.Length);
        }
    }

    [Fact]
    public async Task Its_metadata_matches_the_manifest_and_lists_every_cmdlet()
    {
        using var zip = ZipFile.OpenRead(await package.PathAsync(Token));
        var said = Xml(zip, Nuspec).Elements().Single().Elements()
            .ToDictionary(element => element.Name.LocalName, element => element.Value);
        using var engine = new Engine(withModule: false);
        var manifest = await engine.SingleAsync($"Test-ModuleManifest '{Repository.ModuleManifest}'", Token);
        Assert.Equal("ImagePusher", said["id"]);
        Assert.Equal(manifest.Version.ToString(), said["version"]);
        Assert.Equal(manifest.Author, said["authors"]);
        Assert.Equal(manifest.Description, said["description"]);
        Assert.Equal(manifest.LicenseUri.ToString(), said["licenseUrl"]);
        Assert.Equal(manifest.ReleaseNotes, said["releaseNotes"]);
        Assert.All(said.Values, value => Assert.NotEqual("", value));

        var tags = said["tags"].Split(' ');
        var expected = new HashSet<string>((IEnumerable<string>)manifest.Tags) { "PSModule", "PSEdition_Core", "PSIncludes_Cmdlet" };
        Assert.Subset(tags.ToHashSet(), expected);
        const string Cmdlet = "PSCmdlet_";
        var cmdlets = tags.Where(tag => tag.StartsWith(Cmdlet, StringComparison.Ordinal)).Select(tag => tag[Cmdlet.Length..]);
        Assert.Equal(ModuleAssemblies.CmdletNames(), cmdlets);
        Assert.True(said["tags"].Length < 4000, "The Gallery takes 4000 characters of tags.");
    }

    [Fact]
    public async Task The_same_files_result_in_the_same_bytes()
    {
        var first = await File.ReadAllBytesAsync(await package.PathAsync(Token), Token);
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.ModuleFolder, "*", SearchOption.AllDirectories).Reverse())
        {
            var name = Path.Combine("ImagePusher", Path.GetRelativePath(Repository.ModuleFolder, file));
            copy.Write(name, await File.ReadAllBytesAsync(file, Token));
        }

        Assert.Equal(first, await ExportAsync("second"));
        Assert.NotEqual(first, await ExportAsync("third", GalleryPackage.Time.AddDays(1)));

        async Task<byte[]> ExportAsync(string name, DateTimeOffset? time = null)
        {
            await GalleryPackage.ExportAsync(copy["ImagePusher"], copy[name], time ?? GalleryPackage.Time, Token);
            return await File.ReadAllBytesAsync(copy[name], Token);
        }
    }

    [Fact]
    public async Task PSResourceGet_installs_it_and_PowerShell_imports_it_by_itself()
    {
        using var shell = new PwshProcess();
        var path = await package.PathAsync(Token);
        shell.Folder.Write("install.ps1", $"""
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository here -Uri '{Path.GetDirectoryName(path)}' -Trusted
            (Find-PSResource ImagePusher -Repository here).Includes.Cmdlet.Count
            $null = New-Item modules -ItemType Directory
            Save-PSResource ImagePusher -Repository here -Path $PWD/modules
            $env:PSModulePath = "$PWD/modules$([IO.Path]::PathSeparator)$env:PSModulePath"
            (Get-ImageTar '{Path.Combine(Repository.Folder, "docs", "examples", "hello.tar")}').Reference
            (Get-Module ImagePusher).ModuleBase
            """);
        var result = await shell.RunAsync(["-NonInteractive", "-File", "install.ps1"]);
        Assert.Equal("", result.Error);
        var installed = shell.Folder["modules", "ImagePusher", GalleryPackage.VersionOf(path)];
        Assert.Equal($"{ModuleAssemblies.CmdletNames().Count}\nexample.com/hello:1.0\n{installed}\n", result.Output);
    }

    private static XElement Xml(ZipArchive zip, string name)
    {
        using var stream = zip.GetEntry(name)!.Open();
        return XElement.Load(stream);
    }

    private static byte[] HashOf(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return SHA256.HashData(stream);
    }
}

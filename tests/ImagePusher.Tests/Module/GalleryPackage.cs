using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Module;

/// <summary>The package of the module for the PowerShell Gallery, created once for the tests of a class on first use.</summary>
public sealed class GalleryPackage : IDisposable
{
    private const string Name = "ImagePusher.";

    private readonly TemporaryFolder _folder = new();
    private string? _path;

    /// <summary>The time that it carries.</summary>
    public static DateTimeOffset Time { get; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>The package of the built module, alone in its folder, under the name required by repositories.</summary>
    public async Task<string> PathAsync(CancellationToken cancellationToken)
    {
        if (_path is null)
        {
            using var engine = new Engine(withModule: false);
            var script = $"(Test-ModuleManifest '{Repository.ModuleManifest}').Version.ToString()";
            string version = (await engine.SingleAsync(script, cancellationToken)).ToString();
            var path = _folder[$"{Name}{version}.nupkg"];
            await ExportAsync(Repository.ModuleFolder.TrimEnd(Path.DirectorySeparatorChar), path, Time, cancellationToken);
            _path = path;
        }

        return _path;
    }

    /// <summary>The version in a package's name.</summary>
    public static string VersionOf(string path) => Path.GetFileNameWithoutExtension(path)[Name.Length..];

    /// <summary>Makes a package as build.ps1 does.</summary>
    public static async Task ExportAsync(string folder, string path, DateTimeOffset time, CancellationToken cancellationToken)
    {
        using var engine = new Engine(withModule: false) { ["folder"] = folder, ["path"] = path, ["time"] = time };
        var functions = Path.Combine(Repository.Folder, "src", "Packaging.ps1");
        await engine.OutputAsync($". '{functions}'; Export-GalleryPackage $folder $path $time", cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

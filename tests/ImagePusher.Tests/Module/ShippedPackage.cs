using System.Text.Json;
using System.Xml.Linq;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>A package of others whose files are shipped.</summary>
internal sealed record ShippedPackage(string Name, string Version, string Licence, string Copyright, IReadOnlyList<string> Files)
{
    private string Folder => Path.Combine(Repository.NuGetPackages, Name.ToLowerInvariant(), Version);

    /// <summary>The licences and notices that it brought.</summary>
    public IEnumerable<string> Notices => Directory.GetFiles(Folder).Select(path => Path.GetFileName(path))
        .Where(name => name.StartsWith("LICENSE", StringComparison.Ordinal) || name.StartsWith("THIRD-PARTY", StringComparison.Ordinal));

    /// <summary>The package files used by a build, according to its *.deps.json, with the metadata of each package.</summary>
    public static IReadOnlyList<ShippedPackage> ReadAll(string dependencies)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(dependencies));
        var packages = json.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => library.Name).ToHashSet();
        return [.. json.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .Where(library => packages.Contains(library.Name))
            .Select(library => Of(library.Name.Split('/'), library.Value))
            .Where(package => package.Files.Count > 0)
            .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>As a row of THIRD-PARTY-NOTICES.md.</summary>
    public override string ToString() => $"| {Name} | {Version} | {Licence} | {Copyright} | {string.Join(", ", Files)} |";

    private static ShippedPackage Of(string[] name, JsonElement library)
    {
        var files = new[] { "runtime", "native", "runtimeTargets" }
            .Where(kind => library.TryGetProperty(kind, out _))
            .SelectMany(kind => library.GetProperty(kind).EnumerateObject())
            .Select(file => Path.GetFileName(file.Name))
            .Distinct().OrderBy(file => file, StringComparer.OrdinalIgnoreCase).ToList();
        var folder = Path.Combine(Repository.NuGetPackages, name[0].ToLowerInvariant(), name[1]);
        var nuspec = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single());
        var said = nuspec.Descendants().ToLookup(element => element.Name.LocalName);
        var licence = said["license"].Single();
        return new ShippedPackage(
            name[0],
            name[1],
            licence.Attribute("type")?.Value == "expression" ? licence.Value : "its own",
            said["copyright"].Single().Value,
            files);
    }
}

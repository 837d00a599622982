using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>THIRD-PARTY-NOTICES.md names all that is shipped of others, with its licence.</summary>
public sealed class NoticesTests
{
    private static readonly string[] Kinds = [".dll", ".so", ".dylib"];

    [Fact]
    public void The_list_contains_the_package_files_of_the_module() =>
        Assert.Equal(Rows(Repository.ModuleDependencies), Listed("## Packages in the module"));

    [Fact]
    public void Each_shipped_library_is_part_of_the_project_or_in_the_list()
    {
        var named = Listed("## ").SelectMany(row => row.Split('|')[5].Split(',')).Select(file => file.Trim())
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var shipped = Directory.EnumerateFiles(Repository.ModuleFolder, "*", SearchOption.AllDirectories)
            .Where(file => Kinds.Contains(Path.GetExtension(file)))
            .Select(file => Path.GetFileName(file))
            .Where(file => !file.StartsWith("ImagePusher.", StringComparison.Ordinal))
            .ToHashSet();
        Assert.NotEmpty(shipped);
        Assert.DoesNotContain(shipped, file => !named.Contains(file));
    }

    [Fact]
    public void The_text_of_each_license_in_the_list_is_shipped()
    {
        var text = File.ReadAllText(Path.Combine(Repository.ModuleFolder, "THIRD-PARTY-NOTICES.md"));
        var headings = new Dictionary<string, string> { ["MIT"] = "## MIT License", ["BSD-3-Clause"] = "## 3-Clause BSD License" };
        foreach (var licence in Listed("## ").Select(row => row.Split('|')[3].Trim()).Distinct())
        {
            Assert.Contains(headings[licence], text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_licenses_and_notices_of_packages_are_in_the_module()
    {
        var expected = ShippedPackage.ReadAll(Repository.ModuleDependencies)
            .SelectMany(package => package.Notices.Select(name => $"{package.Name}/{name}"));
        var folder = Path.Combine(Repository.ModuleFolder, "licenses");
        var there = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file));
        Assert.Equal(expected.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Rows(string dependencies) =>
        ShippedPackage.ReadAll(dependencies).Select(package => package.ToString());

    /// <summary>The rows of the tables below the headings that begin so.</summary>
    private static List<string> Listed(string heading)
    {
        var below = false;
        var rows = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Folder, "THIRD-PARTY-NOTICES.md")))
        {
            below = line.StartsWith("## ", StringComparison.Ordinal) ? line.StartsWith(heading, StringComparison.Ordinal) : below;
            var isHeading = line.StartsWith("| package", StringComparison.Ordinal) || line.StartsWith("| ---", StringComparison.Ordinal);
            if (below && line.StartsWith("| ", StringComparison.Ordinal) && !isHeading)
            {
                rows.Add(line);
            }
        }

        return rows;
    }
}

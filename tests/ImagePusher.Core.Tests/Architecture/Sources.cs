namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The sources of the repository: C# and PowerShell, without what a build wrote.</summary>
internal static class Sources
{
    private static readonly string[] Kinds = [".cs", ".ps1", ".psm1", ".psd1"];

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The files of a folder of the repository, with their lines.</summary>
    public static IReadOnlyList<(string Path, string[] Lines)> Of(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(path => Kinds.Contains(Path.GetExtension(path)) && !path.Split('/', '\\').Any(part => part is "obj" or "bin"))
            .Select(path => (path, File.ReadAllLines(path))).ToList();
        Assert.NotEmpty(files);
        return files;
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}

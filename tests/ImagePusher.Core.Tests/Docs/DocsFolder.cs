namespace ImagePusher.Core.Tests.Docs;

/// <summary>The pages of the repository.</summary>
internal static class DocsFolder
{
    /// <summary>The folder <c>docs</c>.</summary>
    public static string Path { get; } = System.IO.Path.Combine(FindRoot(AppContext.BaseDirectory), "docs");

    private static string FindRoot(string folder) => File.Exists(System.IO.Path.Combine(folder, "ImagePusher.sln"))
        ? folder
        : FindRoot(System.IO.Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}

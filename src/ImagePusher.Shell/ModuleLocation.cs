namespace ImagePusher.Shell;

/// <summary>Where the module is: packed beside the shell, else in the out folder of the source tree it was built in.</summary>
internal static class ModuleLocation
{
    private const string Manifest = "ImagePusher.psd1";

    public static string? Find()
    {
        var packed = Path.Combine(AppContext.BaseDirectory, "module", "ImagePusher", Manifest);
        if (File.Exists(packed))
        {
            return packed;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "out", "ImagePusher", Manifest);
            if (File.Exists(built))
            {
                return built;
            }
        }

        return null;
    }

    /// <summary>Adds the module's folder to PSModulePath, so that scripts and parallel runspaces import it by name.</summary>
    public static void AddToModulePath(string manifest)
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(manifest))!;
        var known = Environment.GetEnvironmentVariable("PSModulePath");
        Environment.SetEnvironmentVariable("PSModulePath", string.IsNullOrEmpty(known) ? folder : folder + Path.PathSeparator + known);
    }
}

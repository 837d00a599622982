using System.Reflection;

namespace ImagePusher.Tests.Support;

/// <summary>The locations of the sources and of the built module.</summary>
internal static class Repository
{
    /// <summary>The root of the sources.</summary>
    public static string Folder { get; } = Metadata("RepositoryFolder");

    /// <summary>The folder of the built module.</summary>
    public static string ModuleFolder { get; } = Metadata("ModuleFolder");

    /// <summary>The manifest of the built module, which a user imports.</summary>
    public static string ModuleManifest { get; } = Path.Combine(ModuleFolder, "ImagePusher.psd1");

    /// <summary>The package dependencies of the module's build, as written by the SDK.</summary>
    public static string ModuleDependencies { get; } = Metadata("ModuleDependencies");

    /// <summary>The NuGet folder of the packages used by the build.</summary>
    public static string NuGetPackages { get; } = Metadata("NuGetPackages");

    /// <summary>Whether the build compiled the module ahead of time.</summary>
    public static bool IsCompiledAhead { get; } = Value("CompiledAhead") == "true";

    private static string Metadata(string key) => Path.GetFullPath(Value(key));

    private static string Value(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}

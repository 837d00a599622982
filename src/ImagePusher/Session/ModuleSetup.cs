using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace ImagePusher.Session;

/// <summary>
/// The part of ImagePusher.psm1 that is compiled code, because each method call of a script is compiled when the script runs and costs
/// about a millisecond.
/// </summary>
public static class ModuleSetup
{
    // Only sync files and manifests need it, so an import does not spend time on it.
    private const string Yaml = "YamlDotNet.dll";

    private static Assembly Own => typeof(ModuleSetup).Assembly;

    private static AssemblyLoadContext Context => AssemblyLoadContext.GetLoadContext(Own)!;

    private static string Folder => Path.GetDirectoryName(Own.Location)!;

    /// <summary>
    /// Loads the other assemblies of the module into the load context of this one, before anything refers to them: those that are
    /// compiled ahead from the folder of this one, the others from the folder above.
    /// </summary>
    public static void LoadAssemblies()
    {
        var (context, folder) = (Context, Folder);
        var above = Path.GetDirectoryName(folder)!;
        var portable = File.Exists(Path.Combine(above, Path.GetFileName(Own.Location))) ? above : folder;
        foreach (var path in Directory.EnumerateFiles(portable, "*.dll"))
        {
            var file = Path.GetFileName(path);
            if (file != Yaml)
            {
                var ahead = Path.Combine(folder, file);
                context.LoadFromAssemblyPath(File.Exists(ahead) ? ahead : path);
            }
        }

        context.Resolving += static (_, name) => name.Name == Path.GetFileNameWithoutExtension(Yaml) ? LoadYaml() : null;
    }

    /// <summary>Loads the reader of YAML into the module's load context, before another module's version could take its place.</summary>
    internal static Assembly? LoadYaml()
    {
        string[] places = [Path.Combine(Folder, Yaml), Path.Combine(Path.GetDirectoryName(Folder)!, Yaml)];
        return Array.Find(places, File.Exists) is { } path ? Context.LoadFromAssemblyPath(path) : null;
    }

    /// <summary>
    /// Exports the cmdlets of a nested module, and begins the use of the module in the current runspace. Without this, a second
    /// <c>Import-Module -Force</c> exports nothing (https://github.com/PowerShell/PowerShell/issues/20710).
    /// </summary>
    /// <param name="module">The module that exports.</param>
    /// <param name="nested">The nested module that has the cmdlets.</param>
    /// <param name="views">The nested module that has the views.</param>
    /// <param name="onRemove">What calls <see cref="Remove"/> when the module is removed.</param>
    public static void Export(PSModuleInfo module, PSModuleInfo nested, PSModuleInfo views, ScriptBlock onRemove)
    {
        ArgumentNullException.ThrowIfNull(nested);
        ArgumentNullException.ThrowIfNull(views);
        // Remove-Module removes nested modules too, Import-Module -Force only the module itself, and that must not end the session.
        views.OnRemove = onRemove;
        var add = typeof(PSModuleInfo)
            .GetMethod("AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic)!
            .CreateDelegate<Action<CmdletInfo>>(module);
        foreach (var cmdlet in nested.ExportedCmdlets.Values)
        {
            add(cmdlet);
        }

        ModuleLifetime.OnImport();
    }

    /// <summary>Ends the use of the module in the current runspace.</summary>
    public static void Remove() => ModuleLifetime.OnRemove();
}

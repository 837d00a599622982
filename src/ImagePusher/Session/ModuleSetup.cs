using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace ImagePusher.Session;

/// <summary>
/// What ImagePusher.psm1 does in compiled code, because each method call of a script is compiled when the script runs and costs
/// about a millisecond.
/// </summary>
public static class ModuleSetup
{
    /// <summary>
    /// Loads the other assemblies of the module into the load context of this one, before anything refers to them: those that are
    /// compiled ahead from the folder of this one, the others from the folder above.
    /// </summary>
    public static void LoadAssemblies()
    {
        var own = typeof(ModuleSetup).Assembly;
        var context = AssemblyLoadContext.GetLoadContext(own)!;
        var folder = Path.GetDirectoryName(own.Location)!;
        var above = Path.GetDirectoryName(folder)!;
        var portable = File.Exists(Path.Combine(above, Path.GetFileName(own.Location))) ? above : folder;
        foreach (var path in Directory.EnumerateFiles(portable, "*.dll"))
        {
            var ahead = Path.Combine(folder, Path.GetFileName(path));
            context.LoadFromAssemblyPath(File.Exists(ahead) ? ahead : path);
        }
    }

    /// <summary>
    /// Exports the cmdlets of a nested module. Without this, a second <c>Import-Module -Force</c> exports nothing
    /// (https://github.com/PowerShell/PowerShell/issues/20710).
    /// </summary>
    /// <param name="module">The module that exports.</param>
    /// <param name="nested">The nested module that has the cmdlets.</param>
    public static void Export(PSModuleInfo module, PSModuleInfo nested)
    {
        ArgumentNullException.ThrowIfNull(nested);
        var add = typeof(PSModuleInfo)
            .GetMethod("AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic)!
            .CreateDelegate<Action<CmdletInfo>>(module);
        foreach (var cmdlet in nested.ExportedCmdlets.Values)
        {
            add(cmdlet);
        }
    }
}

using System.Management.Automation;

namespace ImagePusher.Session;

/// <summary>Counts the runspaces that have the module; the last one to remove it closes the session, as the end of the process does.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static int _imports;

    static ModuleLifetime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => PusherSession.Current.Close();

    /// <inheritdoc/>
    public void OnImport() => Interlocked.Increment(ref _imports);

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Interlocked.Decrement(ref _imports) <= 0)
        {
            Interlocked.Exchange(ref _imports, 0);
            PusherSession.Current.Close();
        }
    }
}

using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ImagePusher.Session;

/// <summary>
/// Tracks the runspaces that have imported the module. The last one that removes it or is closed ends the session, as the end of
/// the process does.
/// </summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly ConcurrentDictionary<Guid, bool> Runspaces = new();

    static ModuleLifetime() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => PusherSession.CloseCurrent();

    /// <inheritdoc/>
    public void OnImport()
    {
        ScriptTypeNames.Add();
        if (Runspace.DefaultRunspace is { } runspace && Runspaces.TryAdd(runspace.InstanceId, true))
        {
            // The engine calls OnRemove only for Remove-Module, not for a runspace that is closed while the module is imported, such
            // as those of ForEach-Object -Parallel.
            runspace.StateChanged += Forget;
        }
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace)
        {
            runspace.StateChanged -= Forget;
            Leave(runspace);
        }
    }

    private static void Forget(object? sender, RunspaceStateEventArgs change)
    {
        if (sender is Runspace runspace && change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
        {
            Leave(runspace);
        }
    }

    private static void Leave(Runspace runspace)
    {
        if (Runspaces.TryRemove(runspace.InstanceId, out _) && Runspaces.IsEmpty)
        {
            PusherSession.CloseCurrent();
            ScriptTypeNames.Remove();
        }
    }
}

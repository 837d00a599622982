using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ImagePusher.Session;

/// <summary>
/// Tracks the runspaces that have imported the module. The last one that removes it or is closed ends the session, as the end of
/// the process does.
/// </summary>
internal static class ModuleLifetime
{
    private static readonly ConcurrentDictionary<Guid, bool> Runspaces = new();

    static ModuleLifetime() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => PusherSession.CloseCurrent();

    /// <summary>
    /// Called when the module is imported into the current runspace, also by <c>Import-Module -Force</c>, after which the engine
    /// calls neither <see cref="IModuleAssemblyInitializer"/> nor <see cref="IModuleAssemblyCleanup"/>.
    /// </summary>
    public static void OnImport()
    {
        ScriptTypeNames.Add();
        if (Runspace.DefaultRunspace is { } runspace && Runspaces.TryAdd(runspace.InstanceId, true))
        {
            // A module is not removed from a runspace that is closed, such as those of ForEach-Object -Parallel.
            runspace.StateChanged += Forget;
        }
    }

    /// <summary>Called when the module is removed from the current runspace.</summary>
    public static void OnRemove()
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

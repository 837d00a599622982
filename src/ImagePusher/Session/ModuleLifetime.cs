using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ImagePusher.Session;

/// <summary>
/// Knows the runspaces that have the module. The last one to remove it, or to be closed, ends the session, as the end of the
/// process does.
/// </summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly ConcurrentDictionary<Guid, bool> Runspaces = new();

    static ModuleLifetime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => PusherSession.Current.Close();

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Runspace.DefaultRunspace is { } runspace && Runspaces.TryAdd(runspace.InstanceId, true))
        {
            // The engine calls OnRemove for Remove-Module alone, not for a runspace that is closed with the module in it, as
            // each block of ForEach-Object -Parallel leaves one behind.
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
            PusherSession.Current.Close();
        }
    }
}

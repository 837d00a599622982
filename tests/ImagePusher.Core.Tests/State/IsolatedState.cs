using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Tests.State;

/// <summary>Keeps the tests away from the state of the user who runs them.</summary>
internal static class IsolatedState
{
    [ModuleInitializer]
    internal static void Set()
    {
        var folder = Directory.CreateTempSubdirectory("imagepusher-state-").FullName;
        Environment.SetEnvironmentVariable("IMAGEPUSHER_STATE", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}

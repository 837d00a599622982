using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ImagePusher.Shell;

/// <summary>
/// Two things that pwsh's own host does and the engine offers to nobody else. The engine's version is pinned by the
/// package, and the exit-code table test fails if either goes away.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>Makes 'exit N' of the next script file end the shell with N; else the script's own command takes it.</summary>
    public static void PassExitOn(Runspace runspace)
    {
        var context = Property(typeof(Runspace), "ExecutionContext").GetValue(runspace)!;
        Property(context.GetType(), "ScriptCommandProcessorShouldRethrowExit").SetValue(context, true);
    }

    /// <summary>Marks a record so that Out-Default writes it as an error.</summary>
    public static PSObject AsError(ErrorRecord record)
    {
        var wrapped = new PSObject(record);
        var stream = Property(typeof(PSObject), "WriteStream");
        stream.SetValue(wrapped, Enum.Parse(stream.PropertyType, "Error"));
        return wrapped;
    }

    private static PropertyInfo Property(Type type, string name) =>
        type.GetProperty(name, Any) ?? throw new MissingMemberException(type.FullName, name);
}

using System.Management.Automation;
using System.Reflection;

namespace ImagePusher.Tests.Errors;

/// <summary>The module's own table from exceptions to error records, of the assembly that the engine has loaded.</summary>
internal sealed class ErrorRecordTable(IReadOnlyList<CmdletInfo> cmdlets, Type baseType)
{
    private readonly Type _call = Find(cmdlets, "CmdletCall");

    /// <summary>The exceptions that can be reported.</summary>
    public IReadOnlyList<Type> ExceptionTypes { get; } =
        [.. baseType.Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(baseType) && !type.IsAbstract && type.GetConstructors().Length > 0)];

    /// <summary>The error record of an exception in a call of a cmdlet with these parameters; its target is <c>input</c>.</summary>
    public ErrorRecord Of(string cmdlet, ICollection<string> bound, Exception error)
    {
        var type = cmdlets.Single(other => other.Name == cmdlet).ImplementingType;
        var call = Activator.CreateInstance(_call, cmdlet, type, bound, false);
        var make = Find(cmdlets, "ErrorRecords").GetMethod("Of", BindingFlags.Public | BindingFlags.Static,
            [typeof(Exception), typeof(object), _call])!;
        return (ErrorRecord)make.Invoke(null, [error, "input", call])!;
    }

    private static Type Find(IReadOnlyList<CmdletInfo> cmdlets, string name) =>
        cmdlets[0].ImplementingType.Assembly.GetType("ImagePusher.Pipeline." + name, throwOnError: true)!;
}

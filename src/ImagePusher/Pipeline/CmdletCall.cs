using System.Management.Automation;

namespace ImagePusher.Pipeline;

/// <summary>The call that failed.</summary>
/// <param name="name">The name of the cmdlet.</param>
/// <param name="type">Its type, which has the parameters.</param>
/// <param name="bound">The names of the parameters that were given.</param>
internal sealed class CmdletCall(string name, Type type, ICollection<string> bound)
{
    public string Name => name;

    public static CmdletCall Of(PSCmdlet cmdlet) =>
        new(cmdlet.MyInvocation.MyCommand.Name, cmdlet.GetType(), cmdlet.MyInvocation.BoundParameters.Keys);

    public bool Has(string parameter) => type.GetProperty(parameter)?.IsDefined(typeof(ParameterAttribute), inherit: true) ?? false;

    public bool IsBound(string parameter) => bound.Contains(parameter);

    /// <summary>True if the parameter exists and was not given: advice to give it makes sense.</summary>
    public bool CanAdd(string parameter) => Has(parameter) && !IsBound(parameter);
}

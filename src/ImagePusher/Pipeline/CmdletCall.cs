using System.Management.Automation;

namespace ImagePusher.Pipeline;

/// <summary>The call that failed: which cmdlet it was, and which parameters it has and was given.</summary>
internal sealed class CmdletCall(PSCmdlet cmdlet)
{
    public string Name => cmdlet.MyInvocation.MyCommand.Name;

    public bool Has(string parameter) => cmdlet.GetType().GetProperty(parameter)?.IsDefined(typeof(ParameterAttribute), inherit: true) ?? false;

    public bool IsBound(string parameter) => cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>True if the parameter exists and was not given: advice to give it makes sense.</summary>
    public bool CanAdd(string parameter) => Has(parameter) && !IsBound(parameter);
}

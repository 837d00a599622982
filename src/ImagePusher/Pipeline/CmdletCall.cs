using System.Management.Automation;

namespace ImagePusher.Pipeline;

/// <summary>
/// The arguments of a call of a cmdlet, read on the pipeline thread. Workers use them while PowerShell binds the next object of the
/// pipeline and runs the user's scripts, so that they must not read its dictionary of parameters or its variables.
/// </summary>
/// <param name="name">The name of the cmdlet.</param>
/// <param name="type">Its type, which has the parameters.</param>
/// <param name="bound">The names of the parameters that were specified.</param>
/// <param name="isWhatIf">True for <c>-WhatIf</c>, given or preferred.</param>
internal sealed class CmdletCall(string name, Type type, IEnumerable<string> bound, bool isWhatIf)
{
    private readonly HashSet<string> _bound = new(bound, StringComparer.OrdinalIgnoreCase);

    public string Name => name;

    public bool IsWhatIf => isWhatIf;

    /// <summary>The current state of the call.</summary>
    public static CmdletCall Of(PSCmdlet cmdlet)
    {
        var bound = cmdlet.MyInvocation.BoundParameters;
        return new CmdletCall(cmdlet.MyInvocation.MyCommand.Name, cmdlet.GetType(), bound.Keys, bound.TryGetValue("WhatIf", out var given)
            ? given is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(cmdlet.GetVariableValue("WhatIfPreference")));
    }

    public bool Has(string parameter) => type.GetProperty(parameter)?.IsDefined(typeof(ParameterAttribute), inherit: true) ?? false;

    public bool IsBound(string parameter) => _bound.Contains(parameter);

    /// <summary>True if the parameter exists and was not specified, so that it can be recommended.</summary>
    public bool CanAdd(string parameter) => Has(parameter) && !IsBound(parameter);
}

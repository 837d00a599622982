using System.Management.Automation;

namespace ImagePusher.Pipeline;

/// <summary>
/// What the user gave in a call. Workers ask for it while PowerShell binds the next object of the pipeline and runs the user's
/// scripts, so that they must not read its dictionary of parameters or its variables.
/// </summary>
internal sealed class CallArguments
{
    private readonly HashSet<string> _names;

    private CallArguments(IEnumerable<string> names, bool isWhatIf) =>
        (_names, IsWhatIf) = (new HashSet<string>(names, StringComparer.OrdinalIgnoreCase), isWhatIf);

    /// <summary>True for <c>-WhatIf</c>, given or preferred.</summary>
    public bool IsWhatIf { get; }

    /// <summary>Reads the arguments, on the pipeline thread.</summary>
    public static CallArguments Of(PSCmdlet cmdlet)
    {
        var given = cmdlet.MyInvocation.BoundParameters;
        return new CallArguments(given.Keys, given.TryGetValue("WhatIf", out var bound)
            ? bound is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(cmdlet.GetVariableValue("WhatIfPreference")));
    }

    /// <summary>True if the parameter was given.</summary>
    public bool IsBound(string parameter) => _names.Contains(parameter);
}

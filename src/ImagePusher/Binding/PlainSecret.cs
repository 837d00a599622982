using System.Management.Automation;
using System.Management.Automation.Language;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Rejects secrets that were specified as plain text, without showing them.</summary>
internal static class PlainSecret
{
    /// <summary>The error about plain text; the line of the script that it comes from is not shown with it.</summary>
    public static InvalidOptionException Rejected(PSCmdlet cmdlet, string parameter, string recommendedAction)
    {
        HideLine(cmdlet);
        return new InvalidOptionException(
            $"The parameter -{parameter} requires a SecureString; plain text was rejected, "
            + "because it would remain in scripts and histories.",
            recommendedAction);
    }

    /// <summary>PowerShell shows the line of a script that an error comes from; this hides it.</summary>
    public static void HideLine(PSCmdlet cmdlet)
    {
        var nowhere = new ScriptPosition("", 0, 0, "");
        cmdlet.MyInvocation.DisplayScriptPosition = new ScriptExtent(nowhere, nowhere);
    }
}

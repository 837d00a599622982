using System.Management.Automation;
using System.Reflection;

namespace ImagePusher.Tests.Support;

/// <summary>Passes the first objects on and then stops the commands before it, as Select-Object -First does, which the bare engine lacks.</summary>
[Cmdlet(VerbsCommon.Select, "Leading")]
public sealed class SelectLeadingCommand : PSCmdlet
{
    private int _seen;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>How many are passed on.</summary>
    [Parameter(Position = 0)]
    public int First { get; set; } = 1;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        if (++_seen >= First)
        {
            // The engine keeps to itself what Select-Object throws.
            var type = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;
            throw (Exception)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [this], null)!;
        }
    }
}

using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that copies images to a registry: the parameters of the destination.</summary>
public abstract class PushCommand : RegistryTransferCommand
{
    /// <summary>A registry, a prefix within one (ends with '/'), or the full name of the target.</summary>
    [Parameter(
        Mandatory = true, Position = 1,
        HelpMessage = "A registry (localhost:5000), a prefix (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0)")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <summary>The target names of this pipeline.</summary>
    private protected DestinationMap Targets { get; private set; } = null!;

    /// <summary>Warns of images that a mirror of Docker Hub has under their full names.</summary>
    private protected LibraryCheck Library { get; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Targets = Require(Destination, () => DestinationMap.Parse(
            Destination, LibraryCheck.Keeps(this, KeepLibrary, DestinationRule.Parse(Destination).Registry)));
    }
}

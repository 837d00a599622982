using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Oci;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that copies images from or to a registry: the parameters that all copies have, and those of registry access.</summary>
/// <remarks>Repeats <see cref="TransferCommand"/>: PowerShell reads parameters from one line of base classes.</remarks>
public abstract class RegistryTransferCommand : RegistryCommand
{
    /// <inheritdoc cref="TransferCommand.Platform"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <inheritdoc cref="TransferCommand.Force"/>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc cref="TransferCommand.NoClobber"/>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc cref="TransferCommand.IncludeReferrers"/>
    [Parameter]
    public SwitchParameter IncludeReferrers { get; set; }

    /// <inheritdoc cref="TransferCommand.PlanOnly"/>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    /// <inheritdoc cref="TransferCommand.SignaturePolicy"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? SignaturePolicy { get; set; }

    /// <summary>Copies images, or plans their copies.</summary>
    private protected CopyRunner Copies { get; private set; } = null!;

    /// <summary>The platforms of <see cref="Platform"/>; empty if none was specified.</summary>
    private protected IReadOnlyList<Platform> Platforms { get; private set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Platforms = RequirePlatforms(Platform);
        Copies = new CopyRunner(this, PlanOnly, CopyPolicies.Of(this, SignaturePolicy));
    }
}

using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Oci;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that copies images from or to a file: the parameters that all copies have.</summary>
public abstract class TransferCommand : AsyncCommand
{
    /// <summary>The platforms to copy from an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>Copy content again that the target already has, and replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Keep a name at the target that belongs to a different image, and an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Copy referrers of the image too: signatures, SBOMs, attestations.</summary>
    [Parameter]
    public SwitchParameter IncludeReferrers { get; set; }

    /// <summary>Write the plan of the copy as an object, and copy nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    /// <summary>The signature policy that images must satisfy: a policy.json, or System for that of this machine.</summary>
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

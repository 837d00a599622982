using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Transfer;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that talks to a registry, with the parameters that all of them have.</summary>
public abstract class RegistryCommand : TransferCommand
{
    /// <summary>Who asks; in place of what Connect-Registry and the config files say.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Talk plain http to the registry.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>How many blobs, and how many images, are on their way at once.</summary>
    [Parameter]
    [ValidateQuantity(1, 64, "how many blobs may be on their way at once")]
    public int ThrottleLimit { get; set; } = TransferLimits.DefaultBlobs;

    /// <summary>How often a failed request is repeated.</summary>
    [Parameter]
    [ValidateQuantity(0, 100, "how often a failed request is repeated")]
    public int MaximumRetryCount { get; set; }

    /// <summary>The seconds before the first repetition; they double each time.</summary>
    [Parameter]
    [ValidateQuantity(0, 3600, "the seconds before the first repetition")]
    public int RetryIntervalSec { get; set; }

    /// <inheritdoc/>
    protected override int Window => ThrottleLimit;

    /// <summary>How this call reaches registries.</summary>
    private protected RegistryAccess Access => new()
    {
        Credential = Credential,
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : null,
        ThrottleLimit = IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : null,
        MaximumRetryCount = IsBound(nameof(MaximumRetryCount)) ? MaximumRetryCount : null,
        RetryIntervalSec = IsBound(nameof(RetryIntervalSec)) ? RetryIntervalSec : null,
        Log = Log,
    };
}

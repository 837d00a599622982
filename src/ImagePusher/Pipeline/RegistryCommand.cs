using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Transfer;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that sends requests to a registry: the parameters of registry access.</summary>
public abstract class RegistryCommand : AsyncCommand
{
    /// <summary>The credential to use instead of Connect-Registry and the configuration files.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Use HTTP without TLS.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>The maximum number of concurrent image and blob transfers.</summary>
    [Parameter]
    [ValidateQuantity(1, 64, "the maximum number of concurrent transfers")]
    public int ThrottleLimit { get; set; } = TransferLimits.DefaultBlobs;

    /// <summary>The maximum number of retries of a failed request.</summary>
    [Parameter]
    [ValidateQuantity(0, 100, "the maximum number of retries of a failed request")]
    public int MaximumRetryCount { get; set; }

    /// <summary>The time before the first retry, in seconds; it doubles with each retry.</summary>
    [Parameter]
    [ValidateQuantity(0, 3600, "the seconds before the first retry")]
    public int RetryIntervalSec { get; set; }

    /// <inheritdoc/>
    protected override int Window =>
        IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : Math.Max(ThrottleLimit, PusherSession.Current.Client.Throttle);

    /// <summary>The registry access of this call.</summary>
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

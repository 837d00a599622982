using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Set-RegistryOption: sets how this session accesses a registry, or all registries.</summary>
[Cmdlet(VerbsCommon.Set, "RegistryOption", SupportsShouldProcess = true)]
[OutputType(typeof(RegistryOption))]
public sealed class SetRegistryOptionCommand : AsyncCommand
{
    private string? _policy;

    /// <summary>The registries; by default '*', the options of every registry without its own options.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = [RegistryNames.Default];

    /// <summary>True for HTTP without TLS, false for HTTPS.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>Registries to read from first, <c>host[:port][/prefix]</c>.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Mirror { get; set; }

    /// <summary>Hosts in private networks that this registry may name, <c>host[:port]</c> or a network.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? AllowedHost { get; set; }

    /// <summary>A prefix for the path of every repository; empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? PathPrefix { get; set; }

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <summary>The signature policy for images from and to the registry: a policy.json, System, or empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? SignaturePolicy { get; set; }

    /// <summary>The form of uploads.</summary>
    [Parameter]
    [UploadForm]
    public UploadForm UploadForm { get; set; }

    /// <summary>The size of a chunk of a chunked upload, in bytes.</summary>
    [Parameter]
    [ValidateQuantity(64 * 1024, 1024 * 1024 * 1024, "the size of a chunk in bytes")]
    public int ChunkSize { get; set; }

    /// <summary>The maximum number of concurrent transfers; 1 for one after the other.</summary>
    [Parameter]
    [ValidateQuantity(1, 64, "the maximum number of concurrent transfers")]
    public int ThrottleLimit { get; set; }

    /// <summary>The time-out for making a connection, in seconds.</summary>
    [Parameter]
    [ValidateQuantity(1, 3600, "the seconds to wait for a connection")]
    public int ConnectTimeoutSec { get; set; }

    /// <summary>The time-out for a connection that transfers nothing, in seconds.</summary>
    [Parameter]
    [ValidateQuantity(1, 86400, "the seconds to wait for data")]
    public int IdleTimeoutSec { get; set; }

    /// <summary>The maximum number of retries of a failed request.</summary>
    [Parameter]
    [ValidateQuantity(0, 100, "the maximum number of retries of a failed request")]
    public int MaximumRetryCount { get; set; }

    /// <summary>The time before the first retry, in seconds; it doubles with each retry.</summary>
    [Parameter]
    [ValidateQuantity(0, 3600, "the seconds before the first retry")]
    public int RetryIntervalSec { get; set; }

    /// <summary>Write the changed options.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Array.ForEach(Mirror ?? [], text => Require(text, () => Mirrors.Parse(text)));
        _policy = Require(SignaturePolicy, ReadPolicy);
        _ = Require(PathPrefix, () => PathPrefix is null ? null : Mirrors.ParsePrefix(PathPrefix));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var client = PusherSession.Current.Client;
        foreach (var text in Registry)
        {
            Try(text, () => Set(client, text == RegistryNames.Default ? text : RegistryNames.Parse(text)));
        }
    }

    private void Set(RegistryClient client, string registry)
    {
        if (!ShouldProcess(registry, "Set registry options"))
        {
            return;
        }

        RegistrySettings options;
        if (registry == RegistryNames.Default)
        {
            client.DefaultSettings = options = Change(client.DefaultSettings);
        }
        else
        {
            client.SetSettings(registry, options = Change(client.GetSettings(registry)));
        }

        if (_policy is not null)
        {
            PusherSession.Current.SignaturePolicies.Set(registry, _policy);
        }

        if (PassThru)
        {
            WriteObject(RegistryOption.Of(registry, options));
        }
    }

    // Read once, so that an unusable policy is an error here, and not first at a copy.
    private string? ReadPolicy()
    {
        if (string.IsNullOrEmpty(SignaturePolicy))
        {
            return SignaturePolicy;
        }

        var path = PolicyPath.Resolve(this, SignaturePolicy);
        _ = Core.Trust.SignaturePolicy.Load(path);
        return path;
    }

    // A limit that was not specified follows the latency, and must stay unspecified.
    private RegistrySettings Change(RegistrySettings known) =>
        IsBound(nameof(ThrottleLimit)) ? ChangeOthers(known) with { ThrottleLimit = ThrottleLimit } : ChangeOthers(known);

    private RegistrySettings ChangeOthers(RegistrySettings known) => known with
    {
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : known.PlainHttp,
        Mirrors = Mirror ?? known.Mirrors,
        AllowedHosts = AllowedHost ?? known.AllowedHosts,
        PathPrefix = PathPrefix is null ? known.PathPrefix : Mirrors.ParsePrefix(PathPrefix),
        KeepLibrary = IsBound(nameof(KeepLibrary)) ? KeepLibrary.IsPresent : known.KeepLibrary,
        UploadForm = IsBound(nameof(UploadForm)) ? UploadForm : known.UploadForm,
        ChunkSize = IsBound(nameof(ChunkSize)) ? ChunkSize : known.ChunkSize,
        ConnectTimeout = IsBound(nameof(ConnectTimeoutSec)) ? TimeSpan.FromSeconds(ConnectTimeoutSec) : known.ConnectTimeout,
        IdleTimeout = IsBound(nameof(IdleTimeoutSec)) ? TimeSpan.FromSeconds(IdleTimeoutSec) : known.IdleTimeout,
        MaximumRetryCount = IsBound(nameof(MaximumRetryCount)) ? MaximumRetryCount : known.MaximumRetryCount,
        RetryInterval = IsBound(nameof(RetryIntervalSec)) ? TimeSpan.FromSeconds(RetryIntervalSec) : known.RetryInterval,
    };
}

using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Set-RegistryOption: how this session talks to a registry, or to all.</summary>
[Cmdlet(VerbsCommon.Set, "RegistryOption", SupportsShouldProcess = true)]
[OutputType(typeof(RegistryOption))]
public sealed class SetRegistryOptionCommand : AsyncCommand
{
    /// <summary>The registries; '*', the default, for every registry without options of its own.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = [RegistryNames.Default];

    /// <summary>True for plain http, false for https.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>Registries that are asked first when reading, <c>host[:port][/prefix]</c>.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Mirror { get; set; }

    /// <summary>What is put before every repository's path; empty for nothing.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? PathPrefix { get; set; }

    /// <summary>How blobs are sent.</summary>
    [Parameter]
    public UploadForm UploadForm { get; set; }

    /// <summary>The bytes of a chunk where blobs are sent in chunks.</summary>
    [Parameter]
    [ValidateQuantity(64 * 1024, 1024 * 1024 * 1024, "the bytes of a chunk")]
    public int ChunkSize { get; set; }

    /// <summary>How many blobs are on their way at once; 1 for one after the other.</summary>
    [Parameter]
    [ValidateQuantity(1, 64, "how many blobs may be on their way at once")]
    public int ThrottleLimit { get; set; }

    /// <summary>The seconds that a connection may take to come about.</summary>
    [Parameter]
    [ValidateQuantity(1, 3600, "the seconds that a connection may take to come about")]
    public int ConnectTimeoutSec { get; set; }

    /// <summary>The seconds without a byte after which a connection is given up.</summary>
    [Parameter]
    [ValidateQuantity(1, 86400, "the seconds without a byte after which a connection is given up")]
    public int IdleTimeoutSec { get; set; }

    /// <summary>How often a failed request is repeated.</summary>
    [Parameter]
    [ValidateQuantity(0, 100, "how often a failed request is repeated")]
    public int MaximumRetryCount { get; set; }

    /// <summary>The seconds before the first repetition; they double each time.</summary>
    [Parameter]
    [ValidateQuantity(0, 3600, "the seconds before the first repetition")]
    public int RetryIntervalSec { get; set; }

    /// <summary>Write the options as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Array.ForEach(Mirror ?? [], text => Require(text, () => Mirrors.Parse(text)));
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

        if (PassThru)
        {
            WriteObject(RegistryOptionObjects.Of(registry, options));
        }
    }

    private RegistrySettings Change(RegistrySettings known) => known with
    {
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : known.PlainHttp,
        Mirrors = Mirror ?? known.Mirrors,
        PathPrefix = PathPrefix is null ? known.PathPrefix : Mirrors.ParsePrefix(PathPrefix),
        UploadForm = IsBound(nameof(UploadForm)) ? UploadForm : known.UploadForm,
        ChunkSize = IsBound(nameof(ChunkSize)) ? ChunkSize : known.ChunkSize,
        ThrottleLimit = IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : known.ThrottleLimit,
        ConnectTimeout = IsBound(nameof(ConnectTimeoutSec)) ? TimeSpan.FromSeconds(ConnectTimeoutSec) : known.ConnectTimeout,
        IdleTimeout = IsBound(nameof(IdleTimeoutSec)) ? TimeSpan.FromSeconds(IdleTimeoutSec) : known.IdleTimeout,
        MaximumRetryCount = IsBound(nameof(MaximumRetryCount)) ? MaximumRetryCount : known.MaximumRetryCount,
        RetryInterval = IsBound(nameof(RetryIntervalSec)) ? TimeSpan.FromSeconds(RetryIntervalSec) : known.RetryInterval,
    };
}

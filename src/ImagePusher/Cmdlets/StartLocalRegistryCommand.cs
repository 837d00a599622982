using System.Management.Automation;
using System.Net;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Start-LocalRegistry: serves a cache as a registry, until Stop-LocalRegistry or the end of the process.</summary>
[Cmdlet(VerbsLifecycle.Start, "LocalRegistry", SupportsShouldProcess = true)]
[OutputType(typeof(LocalRegistryInfo))]
public sealed class StartLocalRegistryCommand : AsyncCommand
{
    /// <summary>The port; 0 for any free port.</summary>
    [Parameter(Position = 0)]
    [ValidateQuantity(0, 65535, "the port, or 0 for any free port")]
    public int Port { get; set; } = 5000;

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc cref="CacheCommand.Path"/>
    [Parameter(DontShow = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Reject pushes and deletions.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>
    /// The host name or address to listen on instead of loopback; requires -ReadOnly, -Credential or -AllowAnonymousPush.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Listen { get; set; }

    /// <summary>The credential that clients must use; by default every process on this machine has access.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>With -Listen, let every client push.</summary>
    [Parameter]
    public SwitchParameter AllowAnonymousPush { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryCache(CachePath ?? Path, out var cache)
            && ShouldProcess($"{Listen ?? "localhost"}:{Port}", $"Serve {cache.Path} as a registry")
            && Try(cache.Path, () => Await(cache.ListAsync)))
        {
            Try(Port, () => Serve(cache));
        }
    }

    private void Serve(ImageCache cache)
    {
        var options = new LocalRegistryOptions
        {
            Port = Port,
            ReadOnly = ReadOnly,
            Listen = Listen,
            Credential = Credential is null ? null : new NetworkCredential(Credential.UserName, Credential.GetNetworkCredential().Password),
            AllowAnonymousWrite = AllowAnonymousPush,
            Logger = new RegistryWarnings(PusherSession.Current.Messages),
        };
        var server = Await(token => LocalRegistryServer.StartAsync(cache, options, token));
        PusherSession.Current.LocalRegistries.Add(server);
        WriteObject(LocalRegistryInfo.Of(server));
    }
}

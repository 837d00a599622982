using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Engines;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Send-ImageToEngine: loads images into docker or podman.</summary>
[Cmdlet(VerbsCommunications.Send, "ImageToEngine", SupportsShouldProcess = true)]
[OutputType(typeof(EngineImage))]
public sealed class SendImageToEngineCommand : AsyncCommand
{
    private ArchiveInput _input = null!;
    private EngineAddress _engine = null!;
    private IReadOnlyList<Platform> _platforms = [];
    private CopyRunner _copies = null!;

    // No parameter sets: an object of Get-ImageTar has a reference and a path, which bind together, and the path is the location of the
    // image.

    /// <summary>The cached images: names, digests or wildcard patterns.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Image archives or OCI layout directories; wildcards are permitted; '-' is standard input.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Image archives or OCI layout directories, without wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The images of an archive to select: names, digests or wildcard patterns.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivedImageCompleter))]
    public string[]? Image { get; set; }

    /// <summary>The address of the engine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EngineHostCompleter))]
    public string? EngineHost { get; set; }

    /// <summary>The platform to send of an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc cref="TransferCommand.SignaturePolicy"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? SignaturePolicy { get; set; }

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _input = new ArchiveInput(this);
        _engine = Require(EngineHost, () => EngineHost is null ? EngineAddress.Find() : EngineAddress.Parse(EngineHost));
        _platforms = RequirePlatforms(Platform is null ? null : [Platform]);
        _copies = new CopyRunner(this, isPlanOnly: false, CopyPolicies.Of(this, SignaturePolicy));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = Path.Length == 0;
        var paths = isLiteral ? LiteralPath : Path;
        if (paths.Length > 0)
        {
            SendArchived(paths, isLiteral);
        }
        else if (Reference.Length > 0)
        {
            SendCached();
        }
        else
        {
            Require<object?>(null, () => throw new InvalidOptionException(
                "No image is specified.", "Specify an image of the cache or of an archive."));
        }
    }

    private void SendArchived(string[] paths, bool isLiteral) =>
        _input.Process(paths, isLiteral, Image, needsNames: true, (input, shared, selected) =>
        {
            foreach (var (image, name) in selected)
            {
                shared.Hold();
                Send(
                    input, shared.Archive.Path, name, _ => Task.FromResult(ArchiveInput.SelectionOf(shared.Archive, image, name)),
                    shared.Release);
            }
        });

    private void SendCached()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                foreach (var entry in Await(token => CacheLookup.FindAnyAsync(cache, text, token)))
                {
                    Send(
                        text, entry.PrintableName(), entry.Reference ?? ImageReference.Create("localhost", "image", null, entry.Digest),
                        async token => new ImageSelection(
                            cache, await cache.GetManifestAsync(entry.Descriptor, token).ConfigureAwait(false))
                        {
                            SourceName = entry.Reference,
                            Name = entry.Reference,
                        },
                        static () => { });
                }
            });
        }
    }

    private void Send(
        string input, string label, ImageReference name, Func<CancellationToken, Task<ImageSelection>> select, Action release)
    {
        var action = $"Load image {name}";
        if (!IsWhatIf && !ShouldProcess(_engine.ToString(), action))
        {
            release();
            return;
        }

        var (progress, isWhatIf) = (Progress, IsWhatIf);
        Start(input, async (pending, token) =>
        {
            try
            {
                // Before any request to the engine: a rejected image is rejected even if the engine does not run.
                await _copies.VerifyAsync(await select(token).ConfigureAwait(false), Options, token).ConfigureAwait(false);
                if (isWhatIf)
                {
                    pending.Do(cmdlet => cmdlet.ShouldProcess(_engine.ToString(), action));
                    return;
                }

                pending.Write(await LoadAsync(label, name, select, progress, token).ConfigureAwait(false));
            }
            finally
            {
                release();
            }
        });
    }

    private async Task<EngineImage> LoadAsync(
        string label, ImageReference name, Func<CancellationToken, Task<ImageSelection>> select, ProgressReporter progress,
        CancellationToken cancellationToken)
    {
        CopyResult? result = null;
        var messages = new List<string>();
        using var client = new EngineClient(_engine);
        await client.LoadAsync(
            async (stream, stop) =>
            {
                using var archive = new StreamedDockerArchive(stream, _engine.ToString());
                result = await _copies.RunAsync(RequestFor(archive, label, name, select), progress, stop).ConfigureAwait(false);
                await archive.CompleteAsync(stop).ConfigureAwait(false);
            },
            messages.Add,
            cancellationToken).ConfigureAwait(false);
        return EngineImage.Of(label, _engine.ToString(), result!, messages);
    }

    private CopyRequest RequestFor(
        StreamedDockerArchive archive, string label, ImageReference name, Func<CancellationToken, Task<ImageSelection>> select) => new()
        {
            Action = "Load image",
            Activity = "Loading",
            Label = label,
            Place = archive.Description,
            Select = select,
            Target = archive,
            Name = name,
            OptionsFor = _ => Options,
            Copier = PusherSession.Current.Copier(),
        };

    private CopyOptions Options => new()
    {
        Compression = LayerCompression.None,
        Platforms = _platforms,
        DefaultPlatformOnly = _platforms.Count == 0,
        ThrottleLimit = 1,
    };
}

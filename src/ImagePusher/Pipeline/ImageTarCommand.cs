using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that reads image tars, with the parameters that all of them have.</summary>
public abstract class ImageTarCommand : TransferCommand
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>Tars or OCI-layout folders; wildcards; '-' is standard input.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The same, taken as it is written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>What becomes of plain layers.</summary>
    [Parameter]
    public LayerCompression Compression { get; set; }

    /// <summary>The compression level: gzip 1 to 9, zstd 1 to 19.</summary>
    [Parameter]
    [ValidateQuantity(1, 19, "the level of gzip (1 to 9) or of zstd (1 to 19)")]
    public int CompressionLevel { get; set; }

    /// <summary>The kind of manifest that a docker-save gets.</summary>
    [Parameter]
    public ManifestFormat ManifestFormat { get; set; }

    /// <summary>The platforms to take of an index; all that are there unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>Write what would be done as an object, and do nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    private protected override bool WantsPlan => PlanOnly;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _platforms = RequirePlatforms(Platform);
        Require<object?>(CompressionLevel, () =>
        {
            var format = Compression == LayerCompression.Zstd ? LayerFormat.Zstd : LayerFormat.Gzip;
            return IsBound(nameof(CompressionLevel)) && CompressionLevel > EncodingSettings.MaximumLevel(format)
                ? throw new InvalidReferenceException($"{format} has no compression level {CompressionLevel}.", $"Give a -CompressionLevel from 1 to {EncodingSettings.MaximumLevel(format)}.")
                : null;
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == LiteralPathSet;
        foreach (var path in isLiteral ? LiteralPath : Path)
        {
            IEnumerable<string> files = [];
            Try(path, () => files = PathResolver.Existing(this, path, isLiteral));
            foreach (var file in files)
            {
                Try(path, () => Process(path, file));
            }
        }
    }

    /// <summary>Starts the work on the images of an open archive.</summary>
    private protected abstract void Process(string input, ArchiveLease lease);

    /// <summary>How the images of a tar are copied.</summary>
    private protected CopyOptions OptionsFor(int throttle, Digest? expected = null) => new()
    {
        Compression = Compression,
        CompressionLevel = IsBound(nameof(CompressionLevel)) ? CompressionLevel : null,
        ManifestFormat = ManifestFormat,
        Platforms = _platforms,
        AllowPartial = true,
        ExpectedDigest = expected,
        ThrottleLimit = throttle,
    };

    /// <summary>One image of an archive as a copy's source.</summary>
    private protected static ImageSelection SelectionOf(ImageArchive archive, ArchivedImage image) =>
        new(archive, image.Root);

    private void Process(string input, string file)
    {
        var archive = Await(token => Archives.OpenAsync(file, Log, token));
        var lease = new ArchiveLease(archive);
        try
        {
            archive.Failures.ToList().ForEach(failure => Try(input, () => throw failure));
            Process(input, lease);
        }
        finally
        {
            lease.Release();
        }
    }
}

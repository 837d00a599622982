using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageTar: what is inside a tar, nothing imported.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTar", DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImageTarEntry))]
public sealed class GetImageTarCommand : AsyncCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

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
                Start(path, (pending, token) => ReadAsync(file, pending, token));
            }
        }
    }

    private async Task ReadAsync(string file, PendingInput pending, CancellationToken cancellationToken)
    {
        var archive = await Archives.OpenAsync(file, Log, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            archive.Failures.ToList().ForEach(failure => pending.WriteError(failure));
            foreach (var image in archive.Images)
            {
                foreach (var name in image.Names)
                {
                    pending.Write(ImageTarEntry.Of(archive, image, name));
                }
            }
        }
    }
}

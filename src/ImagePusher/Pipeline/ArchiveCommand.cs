using System.Management.Automation;
using ImagePusher.Binding;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that only reads archives.</summary>
public abstract class ArchiveCommand : AsyncCommand
{
    /// <summary>Image archives, parts of bundles or OCI layout directories; wildcards are permitted; '-' is standard input.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Image archives, parts of bundles or OCI layout directories, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The files that the parameters select, each with its input text; a text without files is one error.</summary>
    private protected IEnumerable<(string Input, string File)> Files() =>
        new ArchiveInput(this).Files(ParameterSetName == ArchiveInput.LiteralPathSet ? LiteralPath : Path);
}

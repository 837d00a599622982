using System.Management.Automation;
using ImagePusher.Binding;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that inspects images and writes no file, so that its -Path is an archive.</summary>
public abstract class InspectionCommand : ImageSourceCommand
{
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

    /// <summary>The images to select: names, digests or wildcard patterns.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivedImageCompleter))]
    public string[]? Image { get; set; }

    private protected override string[] ArchivePaths => Path.Length > 0 ? Path : LiteralPath;

    private protected override bool ArchivePathsAreLiteral => Path.Length == 0;

    private protected override string[]? ArchivedImages => Image;
}

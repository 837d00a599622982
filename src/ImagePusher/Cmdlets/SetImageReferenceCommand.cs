using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Discovery;
using ImagePusher.Core.Discovery.Formats;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Set-ImageReference: replaces the references in files by those of a mirror, or pins them to digests.</summary>
[Cmdlet(VerbsCommon.Set, "ImageReference", SupportsShouldProcess = true, DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImageReferenceChange))]
public sealed class SetImageReferenceCommand : RegistryCommand
{
    private readonly ReferenceFiles _files;
    private readonly ReferenceSelection _selection = new();
    private readonly DigestLookup _digests = new();
    private ScanOptions _options = new();
    private ReferenceMapping _mapping = ReferenceMapping.Unchanged;

    /// <summary>Creates the cmdlet.</summary>
    public SetImageReferenceCommand() => _files = new ReferenceFiles(this);

    /// <summary>Files or folders; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files or folders, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The line of the only reference to replace, as Find-ImageReference writes it.</summary>
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    public long Line { get; set; }

    /// <summary>The column of the only reference to replace.</summary>
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    public long Column { get; set; }

    /// <summary>The registry, or the prefix in one, whose names replace those of the files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string? Mirror { get; set; }

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <summary>Add the digest that each reference has now.</summary>
    [Parameter]
    public SwitchParameter PinDigest { get; set; }

    /// <summary>Search the folders below a folder too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The kind of the files; by default determined from their names and content.</summary>
    [Parameter]
    [ValidateSet(
        ReferenceKinds.Kubernetes, ReferenceKinds.HelmChart, ReferenceKinds.ImageLock, ReferenceKinds.Compose, ReferenceKinds.Dockerfile,
        ReferenceKinds.GitHubActions, ReferenceKinds.AzurePipelines, ReferenceKinds.List, ReferenceKinds.Yaml)]
    public string? Kind { get; set; }

    /// <summary>Paths to further values that name images, such as <c>spec.image</c> of a custom resource.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ImagePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _options = _files.Options(Kind, ImagePath, null);
        _mapping = Require(Mirror, Mapping);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == ArchiveInput.LiteralPathSet;
        foreach (var (_, file) in _files.Select(isLiteral ? LiteralPath : Path, isLiteral, Recurse, isRepeated: true))
        {
            _selection.Add(file, Line, Column);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var file in _selection.Files)
        {
            Try(file, () => Rewrite(file));
        }

        base.EndProcessing();
    }

    private ReferenceMapping Mapping() =>
        Mirror is not null ? ReferenceMapping.To(Mirror, IsBound(nameof(KeepLibrary))
            ? KeepLibrary.IsPresent
            : PusherSession.Current.Client.GetSettings(DestinationRule.Parse(Mirror).Registry).KeepLibrary)
        : PinDigest ? ReferenceMapping.Unchanged
        : throw new InvalidOptionException("Nothing is to be changed in the files.", "Specify -Mirror, -PinDigest, or both.");

    private void Rewrite(string file)
    {
        var scan = ReferenceScan.Read(file, _options);
        _files.Report(scan);
        var changes = new List<(TextEdit Edit, ImageReferenceChange Change)>();
        foreach (var found in scan.Found.Where(found => _selection.Contains(file, found.Place)))
        {
            Try(file, () => Add(found, changes));
        }

        if (changes.Count > 0)
        {
            TextFileWriter.Replace(scan.Source, scan.Source.Replace(changes.Select(change => change.Edit)));
            changes.ForEach(change => WriteObject(change.Change));
        }
    }

    private void Add(FoundReference found, List<(TextEdit Edit, ImageReferenceChange Change)> changes)
    {
        var place = found.Place;
        var text = _mapping.Apply(found, PinDigest && found.Reference.Digest is null ? DigestOf(found.Reference) : null);
        if (text == found.Text)
        {
            return;
        }

        if (!found.IsVerbatim)
        {
            WriteWarning(TerminalText.Escape(
                $"{place}: '{WrittenAs(found)}' is not changed, because its variables or escapes stand for {found.Text}."));
        }
        else if (ShouldProcess(TerminalText.Escape($"{place.Path}:{place.Line}:{place.Column}"), $"Replace {found.Text} with {text}"))
        {
            changes.Add((new TextEdit(place.Offset, found.Text.Length, text), ImageReferenceChange.Of(found, text)));
        }
    }

    private Digest DigestOf(ImageReference reference)
    {
        var access = Access;
        return Await(token => _digests.GetAsync(access, reference, token));
    }

    private static string WrittenAs(FoundReference found) => TerminalText.Quote(found.Written);
}

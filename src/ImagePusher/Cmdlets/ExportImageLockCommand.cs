using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Discovery;
using ImagePusher.Core.Naming;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Export-ImageLock: writes the lock file of carvel's kbld and imgpkg.</summary>
[Cmdlet(VerbsData.Export, "ImageLock", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportImageLockCommand : AsyncCommand
{
    private readonly ImageLock _lock = new();

    /// <summary>The images: names with a digest, or the names that -PinnedReference pins.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The lock file to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The name with its digest, as Resolve-ImageDigest writes it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? PinnedReference { get; set; }

    /// <summary>The reference as a file has it: the identifier of the image in the lock.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Text { get; set; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Keep an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                var pinned = References.Parse(string.IsNullOrEmpty(PinnedReference) ? text : PinnedReference);
                _lock.Add(string.IsNullOrEmpty(Text) ? text : ImageReference.TryParse(Text, out _) ? Text : text, pinned);
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var target = Require(Path, () => PathResolver.Target(this, Path));
        if (_lock.Count > 0 && ShouldProcess(target, $"Write the lock of {_lock.Count} images")
            && Try(Path, () => _lock.Write(target, Force && !NoClobber)))
        {
            WriteObject(InvokeProvider.Item.Get([target], force: true, literalPath: true), enumerateCollection: true);
        }

        base.EndProcessing();
    }
}

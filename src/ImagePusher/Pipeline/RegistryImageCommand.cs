using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that reads or changes images of a registry by their references, without copying them.</summary>
public abstract class RegistryImageCommand : RegistryCommand
{
    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => Process(text, References.Parse(text)));
        }
    }

    /// <summary>Starts the work on one image.</summary>
    private protected abstract void Process(string input, ImageReference reference);
}

using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Select-ImageShard: passes one part of a list of images through, the same part on every machine.</summary>
[Cmdlet(VerbsCommon.Select, "ImageShard")]
[OutputType(typeof(PSObject))]
public sealed class SelectImageShardCommand : AsyncCommand
{
    private Shard _shard = null!;

    /// <summary>The items of the list: strings, or objects with a Reference.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>The part and the number of parts: 3/10 is the third of ten.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "number/count, such as 3/10 for the third of ten")]
    [ValidateNotNullOrEmpty]
    public string Shard { get; set; } = "";

    /// <summary>Keep all tags of a repository, which share layers, in one part.</summary>
    [Parameter]
    public SwitchParameter ByRepository { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _shard = Require(Shard, () => Core.Naming.Shard.Parse(Shard));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && _shard.Holds(KeyOf(InputObject)))
        {
            WriteObject(InputObject);
        }
    }

    // nginx and docker.io/library/nginx:latest are the same image and must be in the same part.
    private string KeyOf(PSObject input)
    {
        var text = LanguagePrimitives.ConvertTo<string>(input.Properties["Reference"]?.Value ?? input).Trim();
        return !ImageReference.TryParse(text, out var reference) ? text : ByRepository ? reference.Name : reference.ToString();
    }
}

using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Select-ImageShard: passes on one part of any list of images, the same part on every machine.</summary>
[Cmdlet(VerbsCommon.Select, "ImageShard")]
[OutputType(typeof(PSObject))]
public sealed class SelectImageShardCommand : PSCmdlet
{
    private Shard _shard = null!;

    /// <summary>What is in the list: texts, or objects with a Reference.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>Which part of how many: 3/10 is the third of ten.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "number/count, such as 3/10 for the third of ten")]
    [ValidateNotNullOrEmpty]
    public string Shard { get; set; } = "";

    /// <summary>Keep the tags of one repository, which share layers, in one part.</summary>
    [Parameter]
    public SwitchParameter ByRepository { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _shard = Core.Naming.Shard.Parse(Shard);
        }
        catch (InvalidReferenceException error)
        {
            ThrowTerminatingError(ErrorRecords.Of(error, Shard));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null && _shard.Holds(KeyOf(InputObject)))
        {
            WriteObject(InputObject);
        }
    }

    // nginx and docker.io/library/nginx:latest are one image and must not be in two parts.
    private string KeyOf(PSObject input)
    {
        var text = LanguagePrimitives.ConvertTo<string>(input.Properties["Reference"]?.Value ?? input);
        return !ImageReference.TryParse(text, out var reference) ? text : ByRepository ? reference.Name : reference.ToString();
    }
}

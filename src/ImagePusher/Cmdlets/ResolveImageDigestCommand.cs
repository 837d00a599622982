using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Resolve-ImageDigest: pins references to the digests that they have now.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "ImageDigest")]
[OutputType(typeof(ImageReferenceDigest))]
public sealed class ResolveImageDigestCommand : RegistryImageCommand
{
    private readonly DigestLookup _digests = new();

    /// <summary>The reference as a file has it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Text { get; set; }

    /// <summary>The file in which the reference was found.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>The line at which it was found.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long Line { get; set; }

    /// <summary>The column at which it was found.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long Column { get; set; }

    private protected override void Process(string input, ImageReference reference)
    {
        var access = Access;
        var location = new ReferenceLocation(
            string.IsNullOrEmpty(Text) ? null : Text, string.IsNullOrEmpty(Path) ? null : Path, Line, Column);
        Start(input, async (pending, token) =>
        {
            var digest = await _digests.GetAsync(access, reference, token).ConfigureAwait(false);
            pending.Write(ImageReferenceDigest.Of(reference, digest, location));
        });
    }
}

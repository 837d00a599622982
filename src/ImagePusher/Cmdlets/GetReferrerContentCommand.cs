using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ImagePusher.Core;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ReferrerContent: reads SBOMs and attestations.</summary>
[Cmdlet(VerbsCommon.Get, "ReferrerContent")]
[OutputType(typeof(ImagePackage), typeof(ImageAttestation), typeof(byte[]))]
public sealed class GetReferrerContentCommand : RegistryImageCommand
{
    /// <summary>Write the unchanged bytes.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    private protected override void Process(string input, ImageReference reference)
    {
        var repository = Access.Repository(reference);
        Start(input, (pending, token) => ReadAsync(repository, reference, pending, token));
    }

    private async Task ReadAsync(
        RegistryRepository repository, ImageReference reference, PendingInput pending, CancellationToken cancellationToken)
    {
        var manifest = await repository.ResolveAsync(reference.TagOrDigest!, cancellationToken).ConfigureAwait(false);
        if (manifest is not ImageManifest artifact || artifact.IsImage && !artifact.Layers.Any(IsDocument))
        {
            throw new UnsupportedContentException(
                $"{reference} is an image or an index, not an SBOM, an attestation or another artifact.",
                "Specify a referrer of an image.")
            {
                Topic = ErrorTopic.NoReferrer,
            };
        }

        var name = reference.WithDigest(manifest.Digest).ToString();
        var (length, values) = (0L, new StrongBox<int>());
        foreach (var layer in artifact.Layers)
        {
            // Content that was read waits for the pipeline, so its total is limited.
            if ((length += layer.Size) > InspectionLimits.Document)
            {
                throw new LimitExceededException(
                    $"The documents of {name} have more than {InspectionLimits.Document:N0} bytes.", "Check what the artifact is.");
            }

            var content = await BlobReader.ReadAsync(repository, layer, InspectionLimits.Document, cancellationToken).ConfigureAwait(false);
            Write(pending, name, content, values);
        }
    }

    // BuildKit stores attestations as layers of something that looks like an image.
    private static bool IsDocument(Descriptor layer) => layer.MediaType.Contains("json", StringComparison.Ordinal);

    private void Write(PendingInput pending, string name, byte[] content, StrongBox<int> values)
    {
        var document = Raw ? null : Parse(content, values);
        if (document is { } root && AttachedDocument.Packages(root) is { } packages)
        {
            foreach (var package in packages)
            {
                pending.Write(ImagePackage.Of(name, package));
            }
        }
        else if (document is { } other && AttachedDocument.Attestation(other) is { } statement)
        {
            pending.Write(ImageAttestation.Of(name, statement));
        }
        else
        {
            pending.Do(cmdlet => cmdlet.WriteObject(content, enumerateCollection: false));
        }
    }

    private static JsonElement? Parse(byte[] content, StrongBox<int> values)
    {
        try
        {
            return AttachedDocument.Read(content, ref values.Value);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>A source or target that a caller implements.</summary>
internal sealed class CustomEndpoint(IImageSource? source, string? nameOrDigest, IImageTarget? target, string? reference) : ImageEndpoint
{
    internal override async Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken)
    {
        if (source is null)
        {
            throw new InvalidOptionException(
                $"{target!.Description} is a target, not a source.", "Use an endpoint that images are read from.");
        }

        var root = await source.ResolveAsync(nameOrDigest!, cancellationToken).ConfigureAwait(false);
        var name = reference is null ? null : ImageReference.Parse(reference);
        return new SourceEndpoint(source.Description, [new SourceImage(new ImageSelection(source, root) { Name = name }, name)]);
    }

    internal override TargetEndpoint OpenTarget(CopyOptions options, bool isPlan) => target is null
        ? throw new InvalidOptionException(
            $"{source!.Description} is a source, not a target.", "Use an endpoint that images are written to.")
        : new CustomTarget(reference, target);

    private sealed class CustomTarget(string? name, IImageTarget target) : NamedTarget(name)
    {
        public override IImageTarget Open(ImageReference name) => target;
    }
}

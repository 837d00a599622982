using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>A target that is open for a copy.</summary>
internal abstract class TargetEndpoint : IAsyncDisposable
{
    /// <summary>The names that images get, in order.</summary>
    /// <exception cref="InvalidReferenceException">An image has no name here.</exception>
    /// <exception cref="DestinationConflictException">Two different images have one name.</exception>
    public abstract IReadOnlyList<DestinationName> NamesFor(IReadOnlyList<SourceImage> images);

    /// <summary>The target of the image with a name.</summary>
    public abstract IImageTarget Open(ImageReference name);

    /// <summary>The options as this target needs them.</summary>
    public virtual CopyOptions Adapt(CopyOptions options, DestinationName name) =>
        options with { ExpectedDigest = options.ExpectedDigest ?? name.ExpectedDigest };

    /// <summary>Called after the last image.</summary>
    public virtual Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A target whose images keep their names unless a new name is given: an archive, a layout or a cache.</summary>
/// <param name="name">The new name; null to keep the image's own.</param>
internal abstract class NamedTarget(string? name) : TargetEndpoint
{
    // The name of a nameless image if a name is required; its digest makes it unique.
    private static readonly ImageReference Nameless = ImageReference.Create("localhost", "image").ByDigest();

    private readonly ImageReference? _name = name is null ? null : ImageReference.Parse(name);

    public override IReadOnlyList<DestinationName> NamesFor(IReadOnlyList<SourceImage> images)
    {
        var named = images.Select(image => (Name: NameOf(image.Name), image.Selection.Root.Digest)).ToList();
        var conflict = named.Where(image => image.Name.Tag is not null).GroupBy(image => image.Name, image => image.Digest)
            .FirstOrDefault(group => group.Distinct().Skip(1).Any());
        return conflict is null
            ? [.. named.Select(image => new DestinationName(image.Name, _name?.Digest, null))]
            : throw new DestinationConflictException(
                $"Two different images have the name {conflict.Key} at the target.", "Copy them one by one, each under a name of its own.");
    }

    private ImageReference NameOf(ImageReference? source)
    {
        var name = _name ?? source ?? Nameless;
        return name.Digest is null ? name : name.Tag is null ? name.ByDigest() : name.WithTag(name.Tag);
    }
}

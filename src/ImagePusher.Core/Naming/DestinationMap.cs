using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Naming;

/// <summary>Assigns target names to images, and rejects two different images with the same name. Not thread-safe.</summary>
internal sealed class DestinationMap
{
    private readonly DestinationRule _rule;
    private readonly string? _tag;
    private readonly Dictionary<string, string> _taken;

    /// <summary>A map that shares the names that are taken with others.</summary>
    /// <param name="rule">The destination.</param>
    /// <param name="tag">The tag of the copies; null for that of the image or of the destination.</param>
    /// <param name="taken">The names that are already assigned, with their images.</param>
    internal DestinationMap(DestinationRule rule, string? tag, Dictionary<string, string> taken) =>
        (_rule, _tag, _taken) = (rule, tag, taken);

    /// <summary>Parses a destination.</summary>
    /// <param name="destination">A registry, a prefix or a full name; see <see cref="DestinationRule"/>.</param>
    /// <param name="keepLibrary">True to keep docker.io's <c>library/</c> under a registry or prefix.</param>
    /// <exception cref="InvalidReferenceException">The text is not a destination.</exception>
    public static DestinationMap Parse(string destination, bool keepLibrary = false) =>
        new(DestinationRule.Parse(destination, keepLibrary), null, []);

    /// <summary>True if a target name includes the name of its source: the destination is a registry or a prefix.</summary>
    public bool UsesSourceNames => _rule.IsFolder;

    /// <summary>The target of another image; null if the destination is one full name. No name is assigned.</summary>
    public ImageReference? PlaceOf(ImageReference source) => _rule.IsFolder ? _rule.Apply(source) : null;

    /// <summary>The target name of an image, and the digest that the result must have if the destination includes one.</summary>
    /// <param name="source">The image's own name; null if it has none.</param>
    /// <param name="label">The name in messages.</param>
    /// <param name="identity">The identity of the image, such as its digest: two different images must not have the same target.</param>
    /// <exception cref="DestinationConflictException">Another image has this target.</exception>
    public DestinationName For(ImageReference? source, string label, string identity)
    {
        var name = NameFor(source, label);
        return name.Name.Tag is not null && !_taken.TryAdd(name.Name.ToString(), identity) && _taken[name.Name.ToString()] != identity
            ? throw Conflict(name.Name, source?.ToString() ?? label)
            : name;
    }

    /// <summary>The target repository of a source repository, without tag and digest.</summary>
    public ImageReference RepositoryFor(ImageReference source) => _rule.Apply(source.ByDigest()).ByDigest();

    /// <summary>
    /// The target names of images that are known together, such as those of one archive. Every image of a conflict is
    /// rejected before anything is sent; the others keep their names.
    /// </summary>
    /// <param name="images">Name, label and identity of each image.</param>
    /// <returns>A name or an error for each image, in order.</returns>
    public IReadOnlyList<(DestinationName? Name, ImagePusherException? Error)> ForAll(
        IReadOnlyList<(ImageReference? Source, string Label, string Identity)> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var identities = images.Select(image => (Name: TryName(image.Source, image.Label), image.Identity))
            .Where(image => image.Name?.Name.Tag is not null)
            .ToLookup(image => image.Name!.Name.ToString(), image => image.Identity);
        return [.. images.Select(image => Map(image.Source, image.Label, image.Identity, identities))];
    }

    private (DestinationName? Name, ImagePusherException? Error) Map(
        ImageReference? source, string label, string identity, ILookup<string, string> identities)
    {
        try
        {
            var name = NameFor(source, label).Name;
            return identities[name.ToString()].Distinct().Skip(1).Any()
                ? (null, Conflict(name, source?.ToString() ?? label))
                : (For(source, label, identity), null);
        }
        catch (Exception error) when (error is InvalidReferenceException or DestinationConflictException)
        {
            return (null, (ImagePusherException)error);
        }
    }

    private DestinationName? TryName(ImageReference? source, string label)
    {
        try
        {
            return NameFor(source, label);
        }
        catch (InvalidReferenceException)
        {
            return null;
        }
    }

    private DestinationName NameFor(ImageReference? source, string label)
    {
        var target = _rule.Apply(source, label);
        var library = _rule.LibraryName(source);
        return new DestinationName(
            (_tag ?? target.Tag) is { } tag ? target.WithTag(tag) : target.ByDigest(), _rule.ExpectedDigest,
            _tag is null ? library : library?.WithTag(_tag));
    }

    private static DestinationConflictException Conflict(ImageReference name, string source) => new(
        $"Two different images have the destination {name}; {source} was not sent.",
        "Use a registry or a prefix that ends with '/' as the destination, so that each image keeps its own name.");
}

/// <summary>The target of one image at a destination.</summary>
/// <param name="Name">The target name; without tag and digest if the copy is to be named by its digest.</param>
/// <param name="ExpectedDigest">The digest that the result must have; null for any.</param>
/// <param name="LibraryName">
/// The name that the copy would have with docker.io's <c>library/</c>; null if that makes no difference.
/// </param>
internal sealed record DestinationName(ImageReference Name, Digest? ExpectedDigest, ImageReference? LibraryName);

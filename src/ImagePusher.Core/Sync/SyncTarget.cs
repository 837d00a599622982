using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Sync;

/// <summary>Assigns target names to the images of a sync file, from the destination of the call or the target of the entry.</summary>
/// <param name="destination">The destination of the call; null for the targets of the file.</param>
/// <param name="keepLibrary">True to keep docker.io's <c>library/</c>; null for the default of the target registry.</param>
/// <param name="defaultKeepLibrary">The default of a registry.</param>
internal sealed class SyncTarget(string? destination, bool? keepLibrary, Func<string, bool> defaultKeepLibrary)
{
    private readonly Dictionary<string, DestinationMap> _maps = [];
    private readonly Dictionary<ImageReference, ImageReference> _taken = [];

    /// <summary>The target name of an image.</summary>
    /// <exception cref="InvalidReferenceException">There is no target, or it is not a destination.</exception>
    /// <exception cref="DestinationConflictException">Another image has this target.</exception>
    public DestinationName For(string? target, ImageReference source)
    {
        var name = MapOf(destination ?? target, source).For(source, source.ToString(), source.ToString());
        return name.Name.Tag is null || _taken.TryAdd(name.Name, source) || _taken[name.Name] == source
            ? name
            : throw new DestinationConflictException(
                $"{_taken[name.Name]} and {source} have the target {name.Name}; the second was not copied.",
                "Correct the targets of the file.");
    }

    /// <summary>The target repository of a source repository, without tag.</summary>
    public ImageReference RepositoryFor(SyncEntry entry, ImageReference repository) =>
        MapOf(destination ?? entry.Target, repository).RepositoryFor(repository);

    private DestinationMap MapOf(string? text, ImageReference source)
    {
        if (text is null)
        {
            throw new InvalidOptionException(
                $"The sync file states no target for {source}.",
                "Specify a destination: a registry, or a prefix in a registry that ends with '/'.")
            {
                Topic = ErrorTopic.MissingDestination,
            };
        }

        if (!_maps.TryGetValue(text, out var map))
        {
            var keeps = keepLibrary ?? defaultKeepLibrary(DestinationRule.Parse(text).Registry);
            _maps[text] = map = DestinationMap.Parse(text, keeps);
        }

        return map;
    }
}

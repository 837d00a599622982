namespace ImagePusher.Core.Naming;

/// <summary>Several destinations that each image is copied to, each under one or more tags. Not thread-safe.</summary>
internal sealed class DestinationSet
{
    private readonly IReadOnlyList<DestinationMap> _maps;

    private DestinationSet(IReadOnlyList<DestinationMap> maps) => _maps = maps;

    /// <summary>Parses destinations.</summary>
    /// <param name="destinations">Registries, prefixes or full names; see <see cref="DestinationRule"/>.</param>
    /// <param name="tags">The tags of the copies; empty to keep those of the images or of the destinations.</param>
    /// <param name="keepsLibrary">True for a registry under which docker.io's <c>library/</c> is kept.</param>
    /// <exception cref="InvalidReferenceException">A text is not a destination, or not a tag.</exception>
    /// <exception cref="InvalidOptionException">A destination has its own tag beside <paramref name="tags"/>.</exception>
    /// <exception cref="DestinationConflictException">A destination or a tag occurs twice.</exception>
    public static DestinationSet Parse(
        IReadOnlyList<string> destinations, IReadOnlyList<string> tags, Func<string, bool> keepsLibrary)
    {
        RejectRepetition(destinations, "destination");
        RejectRepetition(tags, "tag");
        var taken = new Dictionary<string, string>();
        return new DestinationSet(
        [
            .. from text in destinations
               let rule = DestinationRule.Parse(text, keepsLibrary(DestinationRule.Parse(text).Registry))
               from tag in tags.DefaultIfEmpty<string?>(null)
               select new DestinationMap(rule, Checked(rule, tag), taken),
        ]);
    }

    /// <summary>The target names of an image in the order of the destinations, or the error of those that have none for it.</summary>
    /// <param name="source">The image's own name.</param>
    /// <param name="identity">The identity of the image: two different images must not have the same target.</param>
    /// <exception cref="DestinationConflictException">Two destinations give the image the same name.</exception>
    public IReadOnlyList<(DestinationName? Name, ImagePusherException? Error)> For(ImageReference source, string identity)
    {
        ArgumentNullException.ThrowIfNull(source);
        var names = _maps.Select(map => Try(map, source, identity)).ToList();
        var repeated = names.Where(name => name.Name is not null).GroupBy(name => name.Name!.Name.ToString())
            .FirstOrDefault(group => group.Skip(1).Any());
        return repeated is null ? names
            : throw new DestinationConflictException(
                $"Two destinations give {source} the name {repeated.Key}; nothing was copied.", "Specify each destination once.");
    }

    private static (DestinationName? Name, ImagePusherException? Error) Try(DestinationMap map, ImageReference source, string identity)
    {
        try
        {
            return (map.For(source, source.ToString(), identity), null);
        }
        catch (Exception error) when (error is InvalidReferenceException or DestinationConflictException)
        {
            return (null, (ImagePusherException)error);
        }
    }

    private static void RejectRepetition(IReadOnlyList<string> texts, string kind)
    {
        if (texts.GroupBy(text => text, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } repeated)
        {
            throw new DestinationConflictException($"The {kind} '{repeated.Key}' is specified twice.", $"Specify each {kind} once.");
        }
    }

    private static string? Checked(DestinationRule rule, string? tag) =>
        tag is null ? null
        : !ReferenceGrammar.IsTag(tag) ? throw new InvalidReferenceException(
            $"Invalid tag '{tag}': a tag has at most 128 letters, digits, '_', '.' and '-', and does not start with '.' or '-'.",
            "Specify a tag, such as 1.0 or latest.")
        : rule.HasTag ? throw new InvalidOptionException(
            $"The destination '{rule}' has a tag of its own, and the tag '{tag}' is specified too.",
            "Omit one of the two.")
        : tag;
}

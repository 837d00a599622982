using System.Collections;
using ImagePusher.Core.Naming;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes destinations: registries, and in a registry the folders and repositories that this session has seen there.</summary>
public sealed class DestinationCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => word.Contains('/', StringComparison.Ordinal)
        ? PusherSession.Current.SeenRepositories.SelectMany(FoldersAndName)
        : RegistryCompleter.Known();

    private static IEnumerable<string> FoldersAndName(ImageReference repository)
    {
        var name = repository.Name;
        for (var slash = name.IndexOf('/', repository.Registry.Length + 1); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..(slash + 1)];
        }

        yield return name;
    }
}

using System.Collections;
using ImagePusher.Core.Naming;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes registries: those of this session, local ones, and those in the configuration files of docker and podman.</summary>
public sealed class RegistryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => Known();

    internal static IEnumerable<string> Known()
    {
        var session = PusherSession.Current;
        return session.Client.Connections.Keys
            .Concat(session.Client.ConfiguredRegistries.Keys)
            .Concat(session.LocalRegistries.All.Select(server => server.Address))
            .Concat(session.KnownRepositories.Select(repository => repository.Registry))
            .Concat(session.Client.GetRegistriesWithCredentials());
    }
}

/// <summary>Completes the registries that this process serves.</summary>
public sealed class LocalRegistryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        PusherSession.Current.LocalRegistries.All.Select(server => server.Address);
}

/// <summary>Completes references that a registry has confirmed in this session, and those in the cache.</summary>
public sealed class KnownReferenceCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        PusherSession.Current.KnownReferences.Concat(CachedReferenceCompleter.Names(word, bound));
}

/// <summary>Completes tags that a registry has confirmed in this session.</summary>
public sealed class KnownTagCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => PusherSession.Current.KnownReferences
        .Select(text => ImageReference.TryParse(text, out var reference) ? reference.Tag : null).OfType<string>().Distinct();
}

/// <summary>Completes repositories seen in this session, and those of cached images.</summary>
public sealed class KnownRepositoryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => PusherSession.Current.KnownRepositories
        .Concat(CachedImages(bound).Select(entry => entry.Reference).OfType<ImageReference>())
        .Select(name => CachedReferenceCompleter.IsStartOf(word, name.Name) ? name.Name : name.ByDigest().ShortForm);
}

/// <summary>Completes destinations: registries, and in a registry the prefixes and repositories of this session.</summary>
public sealed class DestinationCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => word.Contains('/', StringComparison.Ordinal)
        ? PusherSession.Current.KnownRepositories.SelectMany(PrefixesAndName)
        : RegistryCompleter.Known();

    private static IEnumerable<string> PrefixesAndName(ImageReference repository)
    {
        var name = repository.Name;
        for (var slash = name.IndexOf('/', repository.Registry.Length + 1); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..(slash + 1)];
        }

        yield return name;
    }
}

/// <summary>Completes names of environment variables.</summary>
public sealed class EnvironmentVariableCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        Environment.GetEnvironmentVariables().Keys.Cast<string>();
}

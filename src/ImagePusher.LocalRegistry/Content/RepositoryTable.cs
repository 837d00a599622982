using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>
/// A snapshot of the cache's names as repositories. R:T is <c>localhost/R:T</c>, else <c>docker.io/R:T</c>,
/// else the only image with that repository and tag.
/// </summary>
internal sealed class RepositoryTable
{
    private const string Library = "library/";

    private readonly Dictionary<string, List<RepositoryEntry>> _repositories = [];
    private readonly Dictionary<string, ImageReference?> _parsed;

    /// <param name="entries">The cache's entries.</param>
    /// <param name="before">An earlier table, whose parsed names are reused.</param>
    public RepositoryTable(IReadOnlyList<CacheEntry> entries, RepositoryTable? before)
    {
        Entries = entries;
        _parsed = new(entries.Count);
        foreach (var entry in entries.Where(entry => entry.Name is not null))
        {
            var name = before is not null && before._parsed.TryGetValue(entry.Name!, out var known) ? known : entry.Reference;
            _parsed[entry.Name!] = name;
            if (name is not null)
            {
                Add(new RepositoryEntry(name, entry));
            }
        }
    }

    /// <summary>The entries that the table was created from.</summary>
    public IReadOnlyList<CacheEntry> Entries { get; }

    /// <summary>The repositories, in ordinal order.</summary>
    public IEnumerable<string> Repositories => _repositories.Keys.Order(StringComparer.Ordinal);

    /// <summary>Every entry of a repository, from any registry.</summary>
    public IEnumerable<RepositoryEntry> In(string repository)
    {
        IEnumerable<RepositoryEntry> own = _repositories.GetValueOrDefault(repository) ?? [];
        return repository.Contains('/', StringComparison.Ordinal) ? own : own.Concat(OfDockerHub(repository));
    }

    /// <summary>The tags that identify exactly one image, in ordinal order.</summary>
    public IEnumerable<string> Tags(string repository) =>
        In(repository).Where(entry => entry.Name.Tag is not null).GroupBy(entry => entry.Name.Tag!).Where(
            entries => Choose(entries) is not null)
            .Select(entries => entries.Key).Order(StringComparer.Ordinal);

    /// <summary>The entry of a tag; null if it is unknown or ambiguous.</summary>
    public RepositoryEntry? FindTag(string repository, string tag) => Choose(In(repository).Where(entry => entry.Name.Tag == tag));

    /// <summary>The entries of a digest in a repository.</summary>
    public IEnumerable<RepositoryEntry> FindDigest(string repository, Digest digest) =>
        In(repository).Where(entry => entry.Entry.Digest == digest);

    private static RepositoryEntry? Choose(IEnumerable<RepositoryEntry> entries)
    {
        var best = entries.GroupBy(entry => entry.Rank).MinBy(group => group.Key)?.ToList();
        return best is [var first, .. var others] && (first.Rank < 2 || others.All(other => other.Entry.Digest == first.Entry.Digest))
            ? first
            : null;
    }

    private void Add(RepositoryEntry entry)
    {
        if (!_repositories.TryGetValue(entry.Name.Repository, out var list))
        {
            _repositories.Add(entry.Name.Repository, list = []);
        }

        list.Add(entry);
    }

    // docker.io/nginx is docker.io/library/nginx.
    private IEnumerable<RepositoryEntry> OfDockerHub(string repository) =>
        (_repositories.GetValueOrDefault(Library + repository) ?? []).Where(entry => entry.Name.Registry == ImageReference.DockerHub);
}

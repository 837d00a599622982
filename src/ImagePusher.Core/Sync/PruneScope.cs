using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;

namespace ImagePusher.Core.Sync;

/// <summary>A repository from which tags may be removed, with the selection of a run.</summary>
internal sealed class PruneScope(ImageReference repository, RegistryRepository target)
{
    private readonly List<SyncRule> _rules = [];
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);

    /// <summary>The repository, without tag.</summary>
    public ImageReference Repository => repository;

    /// <summary>The repository of the registry.</summary>
    public RegistryRepository Target => target;

    /// <summary>The digests that are wanted without a tag.</summary>
    public HashSet<Digest> WantedDigests { get; } = [];

    /// <summary>The reason why nothing is removed; otherwise null.</summary>
    public string? Uncertainty { get; set; }

    /// <summary>Adds the selection of an entry.</summary>
    /// <param name="selection">The selection.</param>
    /// <param name="targets">The names of the images at the target.</param>
    /// <param name="hasFailed">True if one of the images failed.</param>
    public void Add(SyncSelection selection, IEnumerable<ImageReference> targets, bool hasFailed)
    {
        Uncertainty ??= selection.Uncertainty
            ?? (hasFailed ? "an image for it failed" : selection.Repository == repository ? "it is its own source" : null);
        _rules.Add(selection.Entry.Rule);
        foreach (var name in targets)
        {
            if (name.Tag is not null)
            {
                _wanted.Add(name.Tag);
            }
            else if (name.Digest is not null)
            {
                WantedDigests.Add(name.Digest);
            }
        }
    }

    /// <summary>The tags that an entry selects.</summary>
    public IReadOnlyCollection<string> WantedTags => _wanted;

    /// <summary>True if an entry selects any tag.</summary>
    public bool HasSelectedTags => _wanted.Count > 0;

    /// <summary>True if an entry selects a tag.</summary>
    public bool IsSelected(string tag) => _wanted.Contains(tag);

    /// <summary>True if an entry decides about a tag.</summary>
    public bool Covers(string tag) => _rules.Exists(rule => rule.Covers(tag));
}

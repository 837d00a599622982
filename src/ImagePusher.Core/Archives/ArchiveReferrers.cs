using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The referrers in an OCI layout: entries of index.json whose manifest has a subject, lists of them under the tag <c>sha256-…</c>,
/// and cosign's tags.
/// </summary>
internal sealed class ArchiveReferrers
{
    private readonly Dictionary<Digest, List<Descriptor>> _bySubject = [];
    private readonly Dictionary<Digest, List<(string? Repository, TaggedReferrer Referrer)>> _byTag = [];

    /// <summary>Adds an entry of index.json, if it is a referrer or a list of referrers.</summary>
    /// <param name="image">The entry with its names.</param>
    /// <param name="read">Reads a manifest of the layout; null if it cannot be read.</param>
    public void Add(ArchivedImageBuilder image, Func<Descriptor, Manifest?> read)
    {
        AddSubject(image.Root);
        foreach (var (repository, tag) in TagsOf(image))
        {
            if (SubjectTag.CosignSubjectOf(tag) is { } subject)
            {
                ListFor(_byTag, subject).Add((repository, new TaggedReferrer(tag, image.Root.Descriptor)));
            }
            else if (SubjectTag.ListSubjectOf(tag) is not null && image.Root is ImageIndex list)
            {
                list.Manifests.Where(entry => entry.IsManifest).Select(read).OfType<Manifest>().ToList().ForEach(AddSubject);
            }
        }
    }

    /// <summary>
    /// True if an entry is not an image of its own: it has a subject and no name, or a tag that relates it to a manifest of the layout.
    /// </summary>
    /// <param name="image">The entry with its names.</param>
    /// <param name="isPresent">True for the digest of a manifest that the layout has.</param>
    public static bool IsReferrer(ArchivedImageBuilder image, Func<Digest, bool> isPresent)
    {
        var tags = TagsOf(image);
        return tags.Count == 0
            ? image.Root.Subject is not null
            : tags.TrueForAll(found =>
                (SubjectTag.CosignSubjectOf(found.Tag) ?? SubjectTag.ListSubjectOf(found.Tag)) is { } subject && isPresent(subject));
    }

    public IReadOnlyList<Descriptor> WithSubject(Digest subject) => _bySubject.GetValueOrDefault(subject) ?? [];

    /// <summary>The cosign tags of a subject in a repository; a tag without repository belongs to each.</summary>
    public IEnumerable<TaggedReferrer> TaggedFor(Digest subject, ImageReference? repository) =>
        (_byTag.GetValueOrDefault(subject) ?? [])
            .Where(found => repository is null || found.Repository is null || found.Repository == repository.Name)
            .Select(found => found.Referrer).DistinctBy(referrer => referrer.Tag);

    private void AddSubject(Manifest manifest)
    {
        if (manifest.Subject is { } subject && ListFor(_bySubject, subject.Digest) is var list
            && list.TrueForAll(other => other.Digest != manifest.Digest))
        {
            list.Add(ReferrerView.Describe(manifest));
        }
    }

    private static List<(string? Repository, string Tag)> TagsOf(ArchivedImageBuilder image) =>
    [
        .. image.FullNames.Select(text => ImageReference.TryParse(text, out var name) ? (name.Name, name.Tag ?? "") : ("", "")),
        .. image.ShortNames.Select(tag => ((string?)null, tag)),
    ];

    private static List<T> ListFor<T>(Dictionary<Digest, List<T>> lists, Digest subject)
    {
        if (!lists.TryGetValue(subject, out var list))
        {
            lists[subject] = list = [];
        }

        return list;
    }
}

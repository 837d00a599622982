using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The referrers in a cache: entries of index.json whose manifest has a subject, lists of them under the tag <c>sha256-…</c>, and
/// cosign's tags. Each entry is read once.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="repository">The repository whose tags count; null for all.</param>
internal sealed class CacheReferrers(ImageCache cache, ImageReference? repository) : ReferrerView(cache)
{
    private readonly Lock _reading = new();
    private ILookup<Digest, Descriptor>? _bySubject;
    private ILookup<Digest, TaggedReferrer>? _byTag;

    public override Task<IReadOnlyList<Descriptor>> GetReferrersAsync(
        Digest digest, string? artifactType, CancellationToken cancellationToken) => Task.Run<IReadOnlyList<Descriptor>>(
        () => [.. Read(ref _bySubject, ReadSubjects)[digest].Where(entry => artifactType is null || entry.ArtifactType == artifactType)],
        cancellationToken);

    public override Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<TaggedReferrer>>(() => [.. Read(ref _byTag, ReadTags)[digest]], cancellationToken);

    private T Read<T>(ref T? field, Func<T> read)
        where T : class
    {
        lock (_reading)
        {
            return field ??= read();
        }
    }

    private ILookup<Digest, Descriptor> ReadSubjects()
    {
        var listed = cache.Entries.Where(entry => SubjectTag.ListSubjectOf(TagOf(entry)) is not null && IsInRepository(entry))
            .Select(entry => cache.TryReadManifest(entry.Descriptor)).OfType<ImageIndex>().SelectMany(list => list.Manifests);
        return cache.Entries.Where(entry => entry.Saved is null || entry.Subject is not null).Select(entry => entry.Descriptor)
            .Concat(listed).Where(entry => entry.IsManifest).DistinctBy(entry => entry.Digest)
            .Select(cache.TryReadManifest).OfType<Manifest>().Where(manifest => manifest.Subject is not null)
            .ToLookup(manifest => manifest.Subject!.Digest, Describe);
    }

    private ILookup<Digest, TaggedReferrer> ReadTags() => cache.Entries
        .Select(entry => (Subject: SubjectTag.CosignSubjectOf(TagOf(entry)), Tag: TagOf(entry), entry))
        .Where(found => found.Subject is not null && IsInRepository(found.entry))
        .DistinctBy(found => found.Tag)
        .ToLookup(found => found.Subject!, found => new TaggedReferrer(found.Tag!, Plain(found.entry.Descriptor)));

    // Another tool may have written the tag alone; such a layout has one repository.
    private static string? TagOf(CacheEntry entry) => entry.Reference?.Tag ?? entry.Name;

    private bool IsInRepository(CacheEntry entry) =>
        repository is null || entry.Reference is not { } name || name.Name == repository.Name;

    // Without the annotations of the cache's own entry.
    private static Descriptor Plain(Descriptor entry) =>
        new(entry.MediaType, entry.Digest, entry.Size) { ArtifactType = entry.ArtifactType };
}

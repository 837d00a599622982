using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>An archive with the referrers of one of its repositories.</summary>
/// <param name="archive">The archive.</param>
/// <param name="referrers">Its referrers.</param>
/// <param name="repository">The repository whose tags count; null for all.</param>
internal sealed class ArchiveReferrerView(ImageArchive archive, ArchiveReferrers referrers, ImageReference? repository)
    : ReferrerView(archive)
{
    public override Task<IReadOnlyList<Descriptor>> GetReferrersAsync(
        Digest digest, string? artifactType, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Descriptor>>(
        [.. referrers.WithSubject(digest).Where(entry => artifactType is null || entry.ArtifactType == artifactType)]);

    public override Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TaggedReferrer>>([.. referrers.TaggedFor(digest, repository)]);
}

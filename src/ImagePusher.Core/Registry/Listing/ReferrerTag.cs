using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Manifests;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>
/// Maintains the list of referrers under a tag, for a registry that does not keep it (distribution-spec, Referrers Tag
/// Schema).
/// </summary>
internal static class ReferrerTag
{
    // Some subjects share a lock, so that a long session needs no more memory for many subjects.
    private static readonly SemaphoreSlim[] Locks = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1, 1))];

    /// <summary>Adds a manifest to its subject's list.</summary>
    public static Task AddAsync(RepositoryLocation remote, Manifest manifest, CancellationToken cancellationToken)
    {
        var type = manifest.ArtifactType ?? (manifest as ImageManifest)?.Config.MediaType;
        var entry = manifest.Descriptor with { ArtifactType = type, Annotations = manifest.Annotations };
        return ChangeAsync(remote, manifest, known =>
            known.Any(other => other.Digest == entry.Digest) ? null : [.. known, entry], cancellationToken);
    }

    /// <summary>Removes a deleted manifest from its subject's list, if clients keep one.</summary>
    public static Task RemoveAsync(RepositoryLocation remote, Manifest manifest, CancellationToken cancellationToken) => ChangeAsync(
        remote, manifest,
        known => known.Any(other => other.Digest == manifest.Digest)
            ? [.. known.Where(other => other.Digest != manifest.Digest)] : null, cancellationToken);

    private static async Task ChangeAsync(
        RepositoryLocation remote, Manifest manifest, Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>?> change,
        CancellationToken cancellationToken)
    {
        var subject = manifest.Subject!.Digest;
        var gate = Locks[(uint)HashCode.Combine(remote.Name, subject) % Locks.Length];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (change(await Referrers.ReadTagAsync(remote, subject, cancellationToken).ConfigureAwait(false)) is { } entries)
            {
                var tag = SubjectTag.ListOf(subject);
                await ManifestWriter.PutAsync(
                    remote, ImageIndex.Create(MediaTypes.OciIndex, entries), tag, cancellationToken).ConfigureAwait(false);
                remote.Transport.Log.Information(
                    $"{remote.Reference(tag)} now lists {entries.Count} manifests, after a change of {manifest.Digest}; the "
                        + "registry does not keep this list itself.");
            }
        }
        finally
        {
            gate.Release();
        }
    }
}

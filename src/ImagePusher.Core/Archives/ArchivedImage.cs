using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>One image of an archive.</summary>
/// <param name="Root">
/// The manifest or index as the archive has it; for a docker-save the OCI manifest of plain layers that it stands for.
/// </param>
/// <param name="Names">The full names, at least one, without repetition.</param>
/// <param name="IsNamed">True if the names are the image's own; false if they were made from the file's name.</param>
/// <param name="IsDockerSave">
/// True if the manifest may be rewritten: the archive has none of its own, or it is docker's (25 and later) own form of
/// plain layers. False if the digest is to be kept.
/// </param>
/// <param name="Platforms">The platforms that are present; none for an artifact.</param>
/// <param name="Missing">
/// What the archive lacks: of an index the entries that are not there with all their blobs, of an image the blobs.
/// </param>
public sealed record ArchivedImage(
    Manifest Root,
    IReadOnlyList<ImageReference> Names,
    bool IsNamed,
    bool IsDockerSave,
    IReadOnlyList<Platform> Platforms,
    IReadOnlyList<Descriptor> Missing);

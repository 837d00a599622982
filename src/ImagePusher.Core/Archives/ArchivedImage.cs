using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>One image of an archive.</summary>
/// <param name="Root">
/// The manifest or index as the archive has it; for a docker archive the OCI manifest of its layers.
/// </param>
/// <param name="Names">The full names: at least one, each once.</param>
/// <param name="IsNamed">True if the names come from the archive; false if they were created from the file name.</param>
/// <param name="IsDockerSave">
/// True if the manifest may be rewritten: the archive has none of its own, or that of Docker 25 and later with uncompressed layers.
/// False if the digest must be kept.
/// </param>
/// <param name="Platforms">The platforms that are present; none for an artifact.</param>
/// <param name="Missing">
/// What the archive lacks: the incomplete entries of an index, the blobs of an image.
/// </param>
internal sealed record ArchivedImage(
    Manifest Root,
    IReadOnlyList<ImageReference> Names,
    bool IsNamed,
    bool IsDockerSave,
    IReadOnlyList<Platform> Platforms,
    IReadOnlyList<Descriptor> Missing);

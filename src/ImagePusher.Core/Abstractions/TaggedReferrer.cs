using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A referrer that is related to its subject by its tag alone.</summary>
/// <param name="Tag">The tag, such as <c>sha256-….sig</c>.</param>
/// <param name="Manifest">The descriptor of its manifest.</param>
internal sealed record TaggedReferrer(string Tag, Descriptor Manifest);

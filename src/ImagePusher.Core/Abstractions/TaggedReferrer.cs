using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A manifest that belongs to another one by its tag alone.</summary>
/// <param name="Tag">The tag, such as <c>sha256-….sig</c>.</param>
/// <param name="Manifest">What it names.</param>
public sealed record TaggedReferrer(string Tag, Descriptor Manifest);

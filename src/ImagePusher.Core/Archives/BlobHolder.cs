using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>An image that the receiver of a bundle has, and that has a blob which the bundle omits.</summary>
/// <param name="Repository">Registry and repository of the image.</param>
/// <param name="Image">The digest of its manifest or index.</param>
internal sealed record BlobHolder(string Repository, Digest Image);

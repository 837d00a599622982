using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Layout;

/// <summary>One entry in the bytes of index.json.</summary>
/// <param name="Start">The start of its object.</param>
/// <param name="Length">The number of bytes.</param>
/// <param name="Descriptor">Its descriptor; null if it cannot be read.</param>
internal readonly record struct LayoutSlot(int Start, int Length, Descriptor? Descriptor);

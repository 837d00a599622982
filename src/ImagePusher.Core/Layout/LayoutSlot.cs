using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Layout;

/// <summary>One entry in the bytes of index.json.</summary>
/// <param name="Start">Where its object begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Descriptor">What it names; null if it is not a descriptor that can be read here.</param>
internal readonly record struct LayoutSlot(int Start, int Length, Descriptor? Descriptor);

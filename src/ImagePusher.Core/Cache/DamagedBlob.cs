using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>A blob whose bytes do not match its digest.</summary>
/// <param name="Descriptor">What it should be.</param>
/// <param name="Problem">What is wrong with it, as a sentence.</param>
internal sealed record DamagedBlob(Descriptor Descriptor, string Problem)
{
    /// <summary>When the damaged file was last written.</summary>
    internal DateTime Written { get; init; }
}

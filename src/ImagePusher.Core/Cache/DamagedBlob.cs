using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>A blob that is there with bytes that are not its own.</summary>
/// <param name="Descriptor">What it should be.</param>
/// <param name="Problem">What it is, as a sentence.</param>
public sealed record DamagedBlob(Descriptor Descriptor, string Problem)
{
    /// <summary>When the file was written that was found damaged.</summary>
    internal DateTime Written { get; init; }
}

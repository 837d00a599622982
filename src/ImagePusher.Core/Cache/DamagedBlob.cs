using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>A blob whose bytes do not match its digest.</summary>
/// <param name="Descriptor">The expected descriptor.</param>
/// <param name="Problem">The problem, as a sentence.</param>
internal sealed record DamagedBlob(Descriptor Descriptor, string Problem)
{
    /// <summary>The time of the last write to the damaged file.</summary>
    internal DateTime Written { get; init; }
}

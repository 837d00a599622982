using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Transfer;

/// <summary>How an image is copied.</summary>
public sealed record CopyOptions
{
    /// <summary>What becomes of plain layers. Default: <see cref="LayerCompression.Auto"/>.</summary>
    public LayerCompression Compression { get; init; }

    /// <summary>The compression level in the format's own scale. Default: the format's default level.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>The kind of manifest that is written for a docker-save. Default: OCI.</summary>
    public ManifestFormat ManifestFormat { get; init; }

    /// <summary>True to send compressed layers as plain ones, as docker's own tars have them. Default: false.</summary>
    public bool DecodeLayers { get; init; }

    /// <summary>The platforms to take of an index. Empty, the default: all that are there.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>
    /// True: of an index without <see cref="Platforms"/> only linux on this machine's architecture is copied, else linux/amd64.
    /// Default: false, everything is copied.
    /// </summary>
    public bool DefaultPlatformOnly { get; init; }

    /// <summary>
    /// True: what an index names and the source lacks is left out, with a warning, and the index is rewritten. False, the
    /// default: an incomplete index is refused.
    /// </summary>
    public bool AllowPartial { get; init; }

    /// <summary>True: blobs and manifests are sent even if the target has them. Default: false.</summary>
    public bool Force { get; init; }

    /// <summary>True: a name that stands for another image is left as it is, and the copy fails. Default: false.</summary>
    public bool NoClobber { get; init; }

    /// <summary>
    /// True: what refers to the image goes with it (signatures, SBOMs, attestations, and what refers to those), before it is
    /// named. Source and target must be <see cref="Abstractions.IReferrerSource"/>. Default: false.
    /// </summary>
    public bool IncludeReferrers { get; init; }

    /// <summary>The digest that the result must have; null, the default: any.</summary>
    public Digest? ExpectedDigest { get; init; }

    /// <summary>How many blobs of this copy may be on their way at once, at least 1. Default: 6.</summary>
    public int ThrottleLimit { get; init; } = TransferLimits.DefaultBlobs;

    /// <summary>Receives warnings, decisions (information level) and requests (debug level). Default: nothing is logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Receives the state of the copy about five times a second and at its end. Default: null, nothing is reported.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>The clock of durations and progress reports. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>True: the manifest is put even if the name stands for it, so that the target enters it into its subject's list.</summary>
    internal bool AlwaysPublishes { get; init; }

    /// <summary>True if an image of a complete source arrives with the digest that it has there.</summary>
    internal bool KeepsDigest(bool isRewritable) => Platforms.Count == 0 && !DefaultPlatformOnly && !DecodeLayers && !isRewritable && EncodingFor(isRewritable) is null;

    /// <summary>How plain layers of a source are encoded; null if they stay as they are.</summary>
    /// <param name="isRewritable">True if the manifest does not have to keep its digest.</param>
    internal EncodingSettings? EncodingFor(bool isRewritable) => Compression switch
    {
        LayerCompression.Gzip => EncodingSettings.Create(LayerFormat.Gzip, CompressionLevel),
        LayerCompression.Zstd => EncodingSettings.Create(LayerFormat.Zstd, CompressionLevel),
        LayerCompression.Auto when isRewritable => EncodingSettings.Create(LayerFormat.Gzip, CompressionLevel),
        _ => null,
    };
}

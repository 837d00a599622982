using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Transfer;

/// <summary>The options of a copy.</summary>
public sealed record CopyOptions
{
    /// <summary>The compression of uncompressed layers. Default: <see cref="LayerCompression.Auto"/>.</summary>
    public LayerCompression Compression { get; init; }

    /// <summary>The compression level: gzip 1 to 9, zstd 1 to 19. Default: the format's default level.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>The format of the manifest that is created for an image of a docker archive. Default: OCI.</summary>
    public ManifestFormat ManifestFormat { get; init; }

    /// <summary>True to decompress layers, as docker archives have them. Default: false.</summary>
    public bool DecodeLayers { get; init; }

    /// <summary>The platforms to copy of an index. Default: empty, everything that the index has.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>
    /// True: of an index without <see cref="Platforms"/> only linux on this machine's architecture is copied, else linux/amd64.
    /// Default: false, everything is copied.
    /// </summary>
    public bool DefaultPlatformOnly { get; init; }

    /// <summary>
    /// True: content that an index references and the source lacks is omitted with a warning, and the index is rewritten.
    /// Default: false, an incomplete index is an error.
    /// </summary>
    public bool AllowPartial { get; init; }

    /// <summary>True to send blobs and manifests even if the target has them. Default: false.</summary>
    public bool Force { get; init; }

    /// <summary>True to fail if the name refers to another image at the target, instead of replacing it. Default: false.</summary>
    public bool NoClobber { get; init; }

    /// <summary>
    /// True to copy the referrers of the image too (signatures, SBOMs, attestations, and their referrers), before the image is
    /// named. The source must list them: a registry, a cache, an OCI archive or layout. Default: false.
    /// </summary>
    public bool IncludeReferrers { get; init; }

    /// <summary>
    /// Decides whether the image may be copied, such as <see cref="Trust.SignaturePolicy"/>, once its digest is known and before any of it
    /// moves. An image that it rejects is not copied, and not reported as existing either. Default: null, every image may be copied.
    /// </summary>
    public ImagePolicy? Policy { get; init; }

    /// <summary>The digest that the result must have. Default: null, any.</summary>
    public Digest? ExpectedDigest { get; init; }

    /// <summary>The maximum number of concurrent blob transfers of this copy, at least 1. Default: 6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int ThrottleLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = TransferLimits.DefaultBlobs;

    /// <summary>Receives warnings, decisions (information level) and requests (debug level). Default: nothing is logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>
    /// Receives the state of the copy about five times a second and at its end, from one thread at a time. A receiver that throws an
    /// exception gets no further reports; the copy continues, with a warning. Default: null, nothing is reported.
    /// </summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>The clock of durations and progress reports. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// The subject, if the manifest is copied as a referrer of another one: it is put even if the target has it, so that the target
    /// adds it to the referrers of its subject. Default: null.
    /// </summary>
    internal Digest? ReferrerOf { get; init; }

    /// <summary>True if the copy of a complete image has the digest of its source.</summary>
    internal bool KeepsDigest(bool isRewritable) =>
        Platforms.Count == 0 && !DefaultPlatformOnly && !DecodeLayers && !isRewritable && EncodingFor(isRewritable) is null;

    /// <summary>The compression settings for uncompressed layers; null if they are not compressed.</summary>
    /// <param name="isRewritable">True if the manifest does not have to keep its digest.</param>
    internal EncodingSettings? EncodingFor(bool isRewritable) => Compression switch
    {
        LayerCompression.Gzip => EncodingSettings.Create(LayerFormat.Gzip, CompressionLevel),
        LayerCompression.Zstd => EncodingSettings.Create(LayerFormat.Zstd, CompressionLevel),
        LayerCompression.Auto when isRewritable => EncodingSettings.Create(LayerFormat.Gzip, CompressionLevel),
        _ => null,
    };
}

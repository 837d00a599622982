namespace ImagePusher.Core.Transfer;

/// <summary>The limits that all copies of a process share, so that many concurrent copies do not overload the machine or a
/// registry.</summary>
internal sealed class TransferLimits : IDisposable
{
    /// <summary>The default number of concurrent blob transfers of one copy: 6.</summary>
    public const int DefaultBlobs = 6;

    /// <summary>The maximum number of manifests of one image: 10,000.</summary>
    public const int ManifestsPerImage = 10_000;

    /// <summary>The maximum number of bytes of all manifests, or of all configs that are read for their platform, of one image: 64
    /// MiB.</summary>
    public const long ManifestBytesPerImage = 64L * 1024 * 1024;

    /// <summary>Limits for one process.</summary>
    /// <param name="blobs">The maximum number of concurrent blob transfers over all copies and targets.</param>
    public TransferLimits(int blobs = 32)
    {
        Blobs = new SemaphoreSlim(blobs);
        Encoders = new SemaphoreSlim(Math.Max(2, Environment.ProcessorCount));
    }

    /// <summary>Held while a blob is transferred.</summary>
    internal SemaphoreSlim Blobs { get; }

    /// <summary>Held while a layer is compressed. Each compression uses all cores, so more of them only cost memory.</summary>
    internal SemaphoreSlim Encoders { get; }

    /// <summary>Held for each store and digest, so that a blob is sent to a store once.</summary>
    internal KeyedLock BlobLocks { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Blobs.Dispose();
        Encoders.Dispose();
    }
}

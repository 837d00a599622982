namespace ImagePusher.Core.Transfer;

/// <summary>What concurrent copies share, so that together they do not overload the machine or a registry.</summary>
internal sealed class TransferSlots : IDisposable
{
    /// <summary>Creates slots that nothing else uses.</summary>
    /// <param name="blobs">The maximum number of concurrent blob transfers over all copies and targets.</param>
    public TransferSlots(int blobs = 32)
    {
        Blobs = new SemaphoreSlim(blobs);
        Encoders = new SemaphoreSlim(Math.Max(2, Environment.ProcessorCount));
    }

    /// <summary>
    /// The slots of all copies of this assembly in the process: the facade and the cmdlets share them. A process that loads the assembly
    /// twice, for itself and in the load context of the module, has them twice.
    /// </summary>
    public static TransferSlots Shared { get; } = new();

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

namespace ImagePusher.Core.Transfer;

/// <summary>What all copies of a process share, so that many at once do not overload the machine or a registry.</summary>
internal sealed class TransferLimits : IDisposable
{
    /// <summary>How many blobs are on their way at once unless told: 6.</summary>
    public const int DefaultBlobs = 6;

    /// <summary>Limits for one process.</summary>
    /// <param name="blobs">The most blobs on their way at once, over all copies and targets.</param>
    public TransferLimits(int blobs = 32)
    {
        Blobs = new SemaphoreSlim(blobs);
        Encoders = new SemaphoreSlim(Math.Max(2, Environment.ProcessorCount));
    }

    /// <summary>Held while a blob is on its way.</summary>
    internal SemaphoreSlim Blobs { get; }

    /// <summary>Held while a layer is compressed. Each already uses every core, so more at once cost memory and win nothing.</summary>
    internal SemaphoreSlim Encoders { get; }

    /// <summary>One piece of work for each target and digest at a time.</summary>
    internal SingleFlight Flights { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Blobs.Dispose();
        Encoders.Dispose();
    }
}

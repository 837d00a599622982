namespace ImagePusher.Core.Registry.Mirrors;

/// <summary>Skips a mirror for a minute after it failed, so that not every request waits for it.</summary>
internal sealed class MirrorAvailability(TimeProvider time)
{
    private static readonly TimeSpan SkipTime = TimeSpan.FromMinutes(1);

    private long _skippedUntil;

    /// <summary>True for a mirror that failed within the last minute.</summary>
    public bool IsSkipped => time.GetTimestamp() < Interlocked.Read(ref _skippedUntil);

    public void Skip() =>
        Interlocked.Exchange(ref _skippedUntil, time.GetTimestamp() + (long)(SkipTime.TotalSeconds * time.TimestampFrequency));
}

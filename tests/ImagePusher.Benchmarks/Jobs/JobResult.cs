namespace ImagePusher.Benchmarks.Jobs;

/// <summary>What a job cost on both sides: medians over its pairs.</summary>
internal sealed record JobResult(Job Job, Measured Ours, Measured? Peer, long OurBytes, long PeerBytes, double IdleSeconds)
{
    /// <summary>Our time without the shell's idle start.</summary>
    public double NetSeconds => Job.IsInside ? Ours.Seconds : Math.Max(Ours.Seconds - IdleSeconds, 0);

    /// <summary>Our net time as a part of the peer's.</summary>
    public double? Ratio => Peer is null ? null : NetSeconds / Peer.Seconds;
}

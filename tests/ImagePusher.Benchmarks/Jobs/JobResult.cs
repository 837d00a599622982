namespace ImagePusher.Benchmarks.Jobs;

/// <summary>What a job cost on all sides.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ours">Our medians.</param>
/// <param name="NetSeconds">Our time without the shell's idle start.</param>
/// <param name="Peers">The other tools, the one that the goal speaks of first.</param>
internal sealed record JobResult(Job Job, Measured Ours, double NetSeconds, IReadOnlyList<PeerResult> Peers)
{
    /// <summary>Our net time as a part of the first peer's.</summary>
    public double? Ratio => Peers is [var first, ..] ? first.Ratio : null;
}

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>The cost of a job for all programs.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ours">Our medians.</param>
/// <param name="NetSeconds">Our time without the idle start of pwsh.</param>
/// <param name="WorkSeconds">Our time without the idle start and the import of the module.</param>
/// <param name="Peers">The other tools; the first is the one that the goal refers to.</param>
internal sealed record JobResult(Job Job, Measured Ours, double NetSeconds, double WorkSeconds, IReadOnlyList<PeerResult> Peers)
{
    /// <summary>Our net time divided by the time of the first peer.</summary>
    public double? Ratio => Peers is [var first, ..] ? first.Ratio : null;
}

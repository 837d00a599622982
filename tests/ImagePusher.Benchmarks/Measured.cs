namespace ImagePusher.Benchmarks;

/// <summary>The cost of one run of a command.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="Cpu">User and system seconds of the process.</param>
/// <param name="PeakBytes">Its maximum resident set size.</param>
/// <param name="WireBytes">Bytes over loopback during the run.</param>
/// <param name="Requests">Requests that the registries answered during the run.</param>
internal sealed record Measured(double Seconds, double Cpu, long PeakBytes, long WireBytes, int Requests = 0)
{
    /// <summary>The medians of several runs, figure by figure.</summary>
    public static Measured Median(IReadOnlyCollection<Measured> runs) => new(
        Median(runs.Select(run => run.Seconds)),
        Median(runs.Select(run => run.Cpu)),
        (long)Median(runs.Select(run => (double)run.PeakBytes)),
        (long)Median(runs.Select(run => (double)run.WireBytes)),
        (int)Median(runs.Select(run => (double)run.Requests)));

    /// <summary>The median; of an even number, the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

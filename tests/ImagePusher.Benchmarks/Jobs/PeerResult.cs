namespace ImagePusher.Benchmarks.Jobs;

/// <summary>The cost of a job for another tool: medians over its runs.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Cost">The measured cost.</param>
/// <param name="Ratio">Our time without the idle start of pwsh, divided by the tool's time: the median over the pairs.</param>
internal sealed record PeerResult(string Name, Measured Cost, double Ratio);

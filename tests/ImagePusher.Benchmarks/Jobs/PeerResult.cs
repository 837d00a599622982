namespace ImagePusher.Benchmarks.Jobs;

/// <summary>What a job cost another tool: medians over its runs.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Cost">What it cost.</param>
/// <param name="Ratio">Our time without the shell's idle start as a part of the tool's: the median over the pairs.</param>
internal sealed record PeerResult(string Name, Measured Cost, double Ratio);

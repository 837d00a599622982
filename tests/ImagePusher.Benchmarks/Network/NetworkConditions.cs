namespace ImagePusher.Benchmarks.Network;

/// <summary>The network between a client and the registries.</summary>
/// <param name="RoundTrip">The time that a byte takes to the other side and back.</param>
/// <param name="MegabitsPerSecond">What all connections together may transfer in one direction.</param>
internal sealed record NetworkConditions(TimeSpan RoundTrip, int MegabitsPerSecond)
{
    public override string ToString() => $"{RoundTrip.TotalMilliseconds:0} ms, {MegabitsPerSecond} Mbit/s";
}

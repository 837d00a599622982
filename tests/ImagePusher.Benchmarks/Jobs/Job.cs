namespace ImagePusher.Benchmarks.Jobs;

/// <summary>One job, done by us and by a peer.</summary>
internal sealed record Job(string Name)
{
    /// <summary>The goal for the ratio, or for our own figure where there is no peer.</summary>
    public string Goal { get; init; } = "";

    /// <summary>What is done before each run, on either side: an empty registry, an empty cache.</summary>
    public Func<Task> Prepare { get; init; } = () => Task.CompletedTask;

    /// <summary>Our side.</summary>
    public required Func<Task<Measured>> Ours { get; init; }

    /// <summary>The other tools that do this, the one that the goal speaks of first.</summary>
    public IReadOnlyList<Peer> Peers { get; init; } = [];

    /// <summary>Bytes of the input.</summary>
    public long InputBytes { get; init; }

    /// <summary>True if our figure holds no start of the shell, because it was taken inside of one.</summary>
    public bool IsInside { get; init; }
}

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>A job that ImagePusher and its peers do.</summary>
internal sealed record Job(string Name)
{
    /// <summary>The goal for the ratio, or for our own figure where there is no peer.</summary>
    public string Goal { get; init; } = "";

    /// <summary>Runs before each run of any program: an empty registry, an empty cache.</summary>
    public Func<Task> Prepare { get; init; } = () => Task.CompletedTask;

    /// <summary>Runs ImagePusher.</summary>
    public required Func<Task<Measured>> Ours { get; init; }

    /// <summary>The other tools that do this job; the first is the one that the goal refers to.</summary>
    public IReadOnlyList<Peer> Peers { get; init; } = [];

    /// <summary>The number of runs of each program, where one takes minutes; by default that of the settings.</summary>
    public int? Rounds { get; init; }

    /// <summary>Bytes of the input.</summary>
    public long InputBytes { get; init; }

    /// <summary>True if our figure excludes the start of pwsh.</summary>
    public bool IsInside { get; init; }
}

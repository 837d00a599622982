namespace ImagePusher.Benchmarks.Jobs;

/// <summary>A job as another tool does it.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="RunAsync">One run, as a process of its own.</param>
internal sealed record Peer(string Name, Func<Task<Measured>> RunAsync);

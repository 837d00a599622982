namespace ImagePusher.TestSupport;

/// <summary>How a tool is run.</summary>
public sealed record ToolSettings
{
    /// <summary>How long it may take; two minutes by default.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The working folder; the temporary folder of the machine by default.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Variables beside those that this process has.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Its standard input; empty by default.</summary>
    public string? Input { get; init; }

    /// <summary>Whether an exit code other than 0 is a result and no exception.</summary>
    public bool AllowFailure { get; init; }
}

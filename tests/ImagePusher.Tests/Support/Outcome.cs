using System.Management.Automation;

namespace ImagePusher.Tests.Support;

/// <summary>The output of a script to each stream, and its result.</summary>
internal sealed record Outcome
{
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>The errors after which the script went on.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<string> Debug { get; init; }

    public required IReadOnlyList<InformationRecord> Information { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>The error that ended the script; null if it came to its end.</summary>
    public required ErrorRecord? Terminating { get; init; }

    public required bool WasStopped { get; init; }

    /// <summary>The text written to the host.</summary>
    public required string Text { get; init; }

    /// <summary>All errors, the one that ended the script last.</summary>
    public IReadOnlyList<ErrorRecord> AllErrors => Terminating is null ? Errors : [.. Errors, Terminating];

    /// <summary>Fails the test if there was an error.</summary>
    public Outcome WithoutErrors()
    {
        Assert.True(AllErrors.Count == 0, string.Join('\n', AllErrors.Select(Describe)));
        Assert.False(WasStopped, "The script was stopped.");
        return this;
    }

    /// <summary>The one error there was; fails the test if there was none or several.</summary>
    public ErrorRecord SingleError()
    {
        Assert.True(AllErrors.Count == 1,
            $"There should be one error, but there are {AllErrors.Count}:\n{string.Join('\n', AllErrors.Select(Describe))}");
        return AllErrors[0];
    }

    private static string Describe(ErrorRecord error) =>
        $"{error.FullyQualifiedErrorId}: {error.ErrorDetails?.Message ?? error.Exception.Message}\n"
            + $"{error.InvocationInfo?.PositionMessage}\n{error.Exception}";
}

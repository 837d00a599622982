using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>The versions of the programs that are compared, as they print them.</summary>
internal static class PeerVersions
{
    private static readonly (string Program, string[] Arguments)[] Programs =
    [
        ("pwsh", ["--version"]), ("skopeo", ["--version"]), ("crane", ["version"]), ("oras", ["version"]), ("regctl", ["version"]),
        ("docker-registry", ["--version"]),
    ];

    /// <summary>One line for each program; a program that is not on the PATH is reported as not measured.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync()
    {
        var lines = new List<string>();
        foreach (var (program, arguments) in Programs)
        {
            if (ExternalTools.Find(program) is null)
            {
                lines.Add($"{program}: not on the PATH, not measured");
                continue;
            }

            var result = await ExternalTools.RunAsync(program, arguments, new ToolSettings { AllowFailure = true }, CancellationToken.None);
            lines.Add($"{program}: {result.Output.Trim().Split('\n')[0]}");
        }

        return lines;
    }
}

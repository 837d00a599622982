using ImagePusher.Core.Registry.Uploads;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The table in the comment of BlobUpload has exactly the transitions that an upload may make.</summary>
public sealed class UploadTransitionTests
{
    private const string FailureHeading = "Failure in ";

    [Fact]
    public void The_table_of_the_comment_is_the_table_of_the_code()
    {
        var (rows, failures, sending) = Read();
        Assert.Equal(All.Where(UploadTransitions.IsSending).Order(), sending.Order());
        var documented = All.SelectMany(from =>
            rows.Where(row => row.From == from).SelectMany(row => row.To).Concat(sending.Contains(from) ? failures : [])
                .Distinct().Select(to => (from, to)));
        var allowed = All.SelectMany(from => All.Where(to => UploadTransitions.Allow(from, to)).Select(to => (from, to)));
        Assert.Equal(allowed.Order(), documented.Order());
    }

    [Fact]
    public void Every_state_has_a_row_is_reached_and_leads_to_the_end()
    {
        Assert.Equal(All.Except([UploadState.Done]).Order(), Read().Rows.Select(row => row.From).Distinct().Order());
        foreach (var state in All)
        {
            Assert.True(Reach(UploadState.Recall).Contains(state), $"{state} is never reached.");
            Assert.True(Reach(state).Contains(UploadState.Done), $"{state} never ends.");
        }
    }

    private static UploadState[] All => Enum.GetValues<UploadState>();

    private static HashSet<UploadState> Reach(UploadState start)
    {
        var reached = new HashSet<UploadState> { start };
        while (All.Where(to => reached.Any(from => UploadTransitions.Allow(from, to)) && reached.Add(to)).Any())
        {
        }

        return reached;
    }

    private static (List<(UploadState From, UploadState[] To)> Rows, UploadState[] Failures, UploadState[] Sending) Read()
    {
        var table = File.ReadAllText(Path.Combine(Root(AppContext.BaseDirectory), "src/ImagePusher.Core/Registry/Uploads/BlobUpload.cs"))
            .Split("<code>")[1].Split("</code>")[0].Split('\n').Select(line => line.Trim().TrimStart('/').TrimEnd()).ToList();
        var heading = table.Single(line => line.TrimStart().StartsWith(FailureHeading, StringComparison.Ordinal));
        var at = table.IndexOf(heading);
        var (states, column) = (table.Take(at).ToList(), heading.IndexOf("Next state", StringComparison.Ordinal));
        var first = states.Single(line => line.Contains("Request", StringComparison.Ordinal));
        var (request, next) = (first.IndexOf("Request", StringComparison.Ordinal), first.IndexOf("Next state", StringComparison.Ordinal));
        var rows = new List<(UploadState From, UploadState[] To)>();
        foreach (var line in states.Skip(states.IndexOf(first) + 1).Where(line => line.Length > next))
        {
            var name = line[..request].Trim();
            rows.Add((name.Length == 0 ? rows[^1].From : Enum.Parse<UploadState>(name), Named(line[next..])));
        }

        var failures = table.Skip(at + 1).Where(line => line.Length > column).SelectMany(line => Named(line[column..]));
        return (rows, [.. failures], Named(heading[..column]));
    }

    private static UploadState[] Named(string text) =>
        [.. text.Split([' ', ';', ',', '.'], StringSplitOptions.RemoveEmptyEntries).Intersect(Enum.GetNames<UploadState>())
            .Select(Enum.Parse<UploadState>)];

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : Root(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}

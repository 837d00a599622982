using ImagePusher.Benchmarks.Jobs;
using ScottPlot;

namespace ImagePusher.Benchmarks.Report;

/// <summary>Writes the results to docs/performance.md, between its two markers, and draws a chart.</summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- benchmark: begin -->";
    private const string End = "<!-- benchmark: end -->";

    public static void Write(BenchSettings settings, IReadOnlyList<JobResult> results)
    {
        var page = Path.Combine(BenchSettings.Repository, "docs", "performance.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"{page} lacks the lines {Begin} and {End}.");
        }

        var machine = $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {settings.Pairs} pairs, medians; "
            + $"the registries' blobs in {settings.Storage}.";
        const string Chart = "![Time relative to skopeo, per job](performance.svg)";
        File.WriteAllText(page, $"{text[..begin]}{Begin}\n{Chart}\n\n{machine}\n\n{MarkdownTable.Of(results)}\n{text[end..]}");
        Draw(results, Path.Combine(BenchSettings.Repository, "docs", "performance.svg"));
    }

    private static void Draw(IReadOnlyList<JobResult> results, string path)
    {
        var jobs = results.Where(result => result.Ratio is not null).Reverse().ToList();
        using var plot = new Plot();
        var bars = jobs.Select((result, position) => new Bar
        {
            Position = position,
            Value = result.Ratio!.Value,
            Label = result.Ratio.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
        }).ToList();
        var drawn = plot.Add.Bars(bars);
        drawn.Horizontal = true;
        plot.Add.VerticalLine(1);
        plot.Axes.Left.SetTicks([.. jobs.Select((_, position) => (double)position)], [.. jobs.Select(result => result.Job.Name)]);
        plot.Axes.Margins(left: 0, right: 0.1);
        plot.Axes.Left.MinimumSize = 330;
        plot.XLabel("time of ImagePusher divided by that of skopeo (shorter is better)");
        plot.SaveSvg(path, 900, 60 + (50 * jobs.Count));
    }
}

using System.Globalization;
using System.Text;
using ImagePusher.Benchmarks.Jobs;

namespace ImagePusher.Benchmarks.Report;

/// <summary>The results as a Markdown table.</summary>
internal static class MarkdownTable
{
    public static string Of(IEnumerable<JobResult> results)
    {
        var text = new StringBuilder()
            .Append("| job | input | who | seconds | without idle start | and import | ratio | goal ")
            .AppendLine("| requests | over the wire | peak memory | CPU s |")
            .AppendLine("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var result in results)
        {
            var net = result.Job.IsInside ? " | " : $"{Seconds(result.NetSeconds)} | {Seconds(result.WorkSeconds)}";
            var (job, ours) = (result.Job, result.Ours);
            text.Append($"| {job.Name} | {Megabytes(job.InputBytes)} | **ImagePusher** | {Seconds(ours.Seconds)} | {net} | ")
                .AppendLine($"| {job.Goal} | {Costs(ours)} |");
            foreach (var peer in result.Peers)
            {
                text.AppendLine($"| | | {peer.Name} | {Seconds(peer.Cost.Seconds)} | | | {Seconds(peer.Ratio)} | | {Costs(peer.Cost)} |");
            }
        }

        return text.ToString();
    }

    private static string Costs(Measured cost)
    {
        var requests = cost.Requests == 0 ? "" : cost.Requests.ToString(CultureInfo.InvariantCulture);
        return $"{requests} | {Megabytes(cost.WireBytes)} | {Mebibytes(cost.PeakBytes)} | {Seconds(cost.Cpu)}";
    }

    private static string Seconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0} MiB");
}

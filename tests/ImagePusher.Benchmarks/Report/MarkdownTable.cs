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
            .AppendLine("| job | input | ours, whole | ours, without idle start | peer | ratio | goal | bytes stored: ours / peer | peak memory: ours / peer | CPU s: ours / peer |")
            .AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var result in results)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture,
                $"| {result.Job.Name} | {Megabytes(result.Job.InputBytes)} | {result.Ours.Seconds:0.00} s | {result.NetSeconds:0.00} s | {Peer(result)} | {(result.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "")} | {result.Job.Goal} | {Pair(result, Megabytes(result.OurBytes), Megabytes(result.PeerBytes))} | {Pair(result, Mebibytes(result.Ours.PeakBytes), Mebibytes(result.Peer?.PeakBytes ?? 0))} | {Pair(result, Seconds(result.Ours.Cpu), Seconds(result.Peer?.Cpu ?? 0))} |"));
        }

        return text.ToString();
    }

    private static string Peer(JobResult result) => result.Peer is { } peer ? $"{Seconds(peer.Seconds)} s ({result.Job.PeerName})" : "";

    private static string Pair(JobResult result, string ours, string peer) => result.Peer is null ? ours : $"{ours} / {peer}";

    private static string Seconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0} MiB");
}

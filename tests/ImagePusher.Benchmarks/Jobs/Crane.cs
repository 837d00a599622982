using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Runs crane, eight processes at once, as its users do with lists.</summary>
internal static class Crane
{
    public static IEnumerable<Peer> CopyAll(TemporaryFolder folder, IEnumerable<(string Source, string Target)> pairs)
    {
        if (ExternalTools.Find("crane") is null)
        {
            yield break;
        }

        var list = folder.Write($"crane-{Guid.NewGuid():N}.txt", string.Join('\n', pairs.Select(pair => $"{pair.Source} {pair.Target}")));
        yield return new Peer("8 crane processes at once", () => CommandRun.MeasureAsync(
            "xargs", ["-a", list, "-P", "8", "-n", "2", "crane", "copy", "--insecure"]));
    }
}

using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>crane and regctl do the same jobs where they are on the PATH.</summary>
internal static class OtherPeers
{
    public static IEnumerable<Peer> Push(string tar, string target) =>
    [
        .. Of("crane", "push", tar, target, "--insecure"),
        .. Of("regctl", "--host", PlainHttp(target), "image", "import", target, tar),
    ];

    public static IEnumerable<Peer> Pull(string source, string folder) =>
    [
        .. Of("crane", "pull", "--format=oci", "--insecure", source, folder),
        .. Of("regctl", "--host", PlainHttp(source), "image", "copy", source, $"ocidir://{folder}"),
    ];

    public static IEnumerable<Peer> PushLayout(string folder, string target) =>
    [
        .. Of("crane", "push", folder, target, "--insecure"),
        .. Of("regctl", "--host", PlainHttp(target), "image", "copy", $"ocidir://{folder}:app", target),
    ];

    private static IEnumerable<Peer> Of(string program, params string[] arguments)
    {
        if (ExternalTools.Find(program) is not null)
        {
            yield return new Peer(program, () => CommandRun.MeasureAsync(program, arguments));
        }
    }

    private static string PlainHttp(string reference) => $"reg={reference.Split('/')[0]},tls=disabled";
}

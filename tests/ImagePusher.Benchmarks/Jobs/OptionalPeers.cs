using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>crane, oras and regctl do the same jobs where they are on the PATH. None of them checks certificates here.</summary>
internal static class OptionalPeers
{
    public static IEnumerable<Peer> Push(string tar, string target) =>
    [
        .. Of("crane", "push", tar, target, "--insecure"),
        .. Of("regctl", "--host", Host(target, "disabled"), "image", "import", target, tar),
    ];

    public static IEnumerable<Peer> Pull(string source, string folder, bool withTls = false) =>
    [
        .. Of("crane", "pull", "--format=oci", "--insecure", source, folder),
        .. Of(
            "oras", "cp", source, "--to-oci-layout", $"{folder}:app", "--from-insecure", $"--from-plain-http={Text(!withTls)}", "--no-tty"),
        .. Of("regctl", "--host", Host(source, withTls ? "insecure" : "disabled"), "image", "copy", source, $"ocidir://{folder}"),
    ];

    public static IEnumerable<Peer> PushLayout(string folder, string target, bool withTls = false) =>
    [
        .. Of("crane", "push", folder, target, "--insecure"),
        .. Of("oras", "cp", "--from-oci-layout", $"{folder}:app", target, "--to-insecure", $"--to-plain-http={Text(!withTls)}", "--no-tty"),
        .. Of("regctl", "--host", Host(target, withTls ? "insecure" : "disabled"), "image", "copy", $"ocidir://{folder}:app", target),
    ];

    private static IEnumerable<Peer> Of(string program, params string[] arguments)
    {
        if (ExternalTools.Find(program) is not null)
        {
            yield return new Peer(program, () => CommandRun.MeasureAsync(program, arguments));
        }
    }

    private static string Host(string reference, string tls) => $"reg={reference.Split('/')[0]},tls={tls}";

    private static string Text(bool value) => value ? "true" : "false";
}

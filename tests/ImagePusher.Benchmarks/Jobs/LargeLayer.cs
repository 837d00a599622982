using System.Formats.Tar;
using System.Security.Cryptography;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>One image with one layer of 4 GiB, to see how much memory its push takes.</summary>
internal static class LargeLayer
{
    public static IEnumerable<Job> Jobs(
        BenchSettings settings, Pwsh pwsh, TemporaryFolder folder, DockerRegistry target, Func<Task> prepare)
    {
        var size = settings.IsQuick ? 64L << 20 : 4L << 30;
        var tar = new Lazy<string>(() => Make(folder["large.tar"], size));
        (string Name, string Options, string Goal)[] kinds =
            [("not compressed", "-Compression None", "64 MiB above idle"), ("gzip", "", "128 MiB above idle")];
        foreach (var (name, options, goal) in kinds)
        {
            yield return new Job($"a layer of {size >> 20} MiB, {name} (peak memory)")
            {
                Goal = goal,
                Prepare = prepare,
                InputBytes = size,
                Ours = () => pwsh.RunAsync($"Push-ImageTar '{tar.Value}' -Destination {target.Address} {options}"),
            };
        }
    }

    private static string Make(string path, long size)
    {
        // A megabyte that compresses to about a half, and a counter, so that no two blocks are the same.
        var block = new byte[1 << 20];
        RandomNumberGenerator.Fill(block.AsSpan(0, block.Length / 2));
        using var layer = File.Create(path + ".layer");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var written = 0L; written < size; written += block.Length)
        {
            BitConverter.TryWriteBytes(block, written);
            layer.Write(block);
            hash.AppendData(block);
        }

        var diffId = Convert.ToHexStringLower(hash.GetHashAndReset());
        var config = System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:{{{diffId}}}"]}}""");
        using var tar = new TarWriter(File.Create(path), TarEntryFormat.Gnu);
        layer.Position = 0;
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "layer.tar") { DataStream = layer });
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "config.json") { DataStream = new MemoryStream(config) });
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "manifest.json")
        {
            DataStream = new MemoryStream(
                """[{"Config":"config.json","RepoTags":["example.com/bench/large:1.0"],"Layers":["layer.tar"]}]"""u8.ToArray()),
        });
        File.Delete(path + ".layer");
        return path;
    }
}

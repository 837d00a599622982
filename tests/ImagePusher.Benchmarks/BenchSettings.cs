using System.Globalization;

namespace ImagePusher.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchSettings
{
    /// <summary>Small input and two pairs: shows that everything runs, not how fast.</summary>
    public bool IsQuick { get; init; }

    /// <summary>A folder made by make-images.sh; null: made now.</summary>
    public string? Images { get; init; }

    /// <summary>How often each job runs on each side.</summary>
    public int Pairs { get; init; } = 5;

    /// <summary>
    /// Where the registries keep their blobs. Unless told, in memory where Linux has that (/dev/shm), so that the programs are
    /// measured and not the disk, which does the same for all of them.
    /// </summary>
    public required string Storage { get; init; }

    /// <summary>Only the jobs whose names hold this text.</summary>
    public string? Only { get; init; }

    /// <summary>True if the run says nothing about the whole, so that the page is left as it is.</summary>
    public bool IsPartial => IsQuick || Only is not null;

    public static BenchSettings Parse(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
        var quick = args.Contains("--quick");
        return new BenchSettings
        {
            IsQuick = quick,
            Images = Value("--images"),
            Pairs = Value("--pairs") is { } pairs ? int.Parse(pairs, CultureInfo.InvariantCulture) : quick ? 2 : 5,
            Only = Value("--only"),
            Storage = Value("--storage") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()),
        };
    }

    /// <summary>The checkout's top folder, found from the program's own.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The built shell.</summary>
    public static string Shell { get; } = Path.Combine(
        Repository, "src", "ImagePusher.Shell", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "ImagePusher.Shell");

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ImagePusher.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The benchmarks run from a checkout of the repository.");
        }

        return folder.FullName;
    }
}

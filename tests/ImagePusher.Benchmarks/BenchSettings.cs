using System.Globalization;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks;

/// <summary>The options of the command line.</summary>
internal sealed record BenchSettings
{
    /// <summary>Small input and two pairs: shows that every job runs, not how fast.</summary>
    public bool IsQuick { get; init; }

    /// <summary>A folder created by make-images.sh; null creates one.</summary>
    public string? Images { get; init; }

    /// <summary>The number of runs of each job for each program.</summary>
    public int Pairs { get; init; } = 5;

    /// <summary>
    /// The folder of the registries' blobs; by default in memory (/dev/shm on Linux), so that the programs are measured and not the
    /// disk, which is the same for all of them.
    /// </summary>
    public required string Storage { get; init; }

    /// <summary>Runs only the jobs whose names contain this text.</summary>
    public string? Only { get; init; }

    /// <summary>The manifest of the module that is measured; by default the one that this checkout builds.</summary>
    public required string Module { get; init; }

    /// <summary>True for a run of a part or of another module, which leaves docs/performance.md unchanged.</summary>
    public bool IsPartial => IsQuick || Only is not null || Module != BuiltModule;

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
            Module = Value("--module") is { } module ? Path.GetFullPath(module) : BuiltModule,
            Storage = Value("--storage") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()),
        };
    }

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    private static string BuiltModule { get; } = Path.Combine(Repository, "out", "ImagePusher", "ImagePusher.psd1");

    /// <summary>The shell that imports it: the pwsh on the PATH, to which build.ps1 adds the one that it runs in.</summary>
    public static string Pwsh => ExternalTools.Require("pwsh");

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

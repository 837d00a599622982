namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>
/// The seeds of the fuzzing run: a folder for each target, with valid input, the odd input of public bug reports, and each input that once
/// failed.
/// </summary>
internal static class Corpus
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Corpus");

    /// <summary>The seeds of a target in the order of their names.</summary>
    public static IReadOnlyList<(string Name, byte[] Content)> Of(string target) =>
        [.. Directory.GetFiles(Path.Combine(Folder, target)).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))];

    /// <summary>Saves an input that failed in the results folder of the test run, and returns the path.</summary>
    public static string Save(string target, byte[] input)
    {
        var folder = Environment.GetEnvironmentVariable("IMAGEPUSHER_FUZZ_RESULTS")
            ?? Path.Combine(AppContext.BaseDirectory, "FuzzResults");
        Directory.CreateDirectory(folder);
        if (Directory.GetFiles(folder, target + "-*").Length >= 20)
        {
            return "(not saved: there are enough already)";
        }

        var path = Path.Combine(folder, $"{target}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..16]}");
        File.WriteAllBytes(path, input);
        return path;
    }
}

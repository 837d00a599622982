using ImagePusher.Core.Discovery;
using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Tests.Discovery;

/// <summary>A file of tests/Fixtures/References, with its options and its expected result.</summary>
internal static class ReferenceFixture
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures", "References");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetExtension(path) is not (".expected" or ".options" or ".actual" or ".env" or ".gitattributes"))
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal);

    public static ReferenceScan Scan(string name)
    {
        var path = Path.Combine(Folder, name);
        var lines = File.Exists(path + ".options") ? File.ReadAllLines(path + ".options") : [];
        return ReferenceScan.Read(path, new ScanOptions
        {
            Paths = [.. lines.Where(line => line.StartsWith("path=", StringComparison.Ordinal)).Select(line => NodePath.Parse(line[5..]))],
            Variables = lines.FirstOrDefault(line => line.StartsWith("env=", StringComparison.Ordinal)) is { } env
                ? EnvironmentFile.Read(Path.Combine(Path.GetDirectoryName(path)!, env[4..])) : new Dictionary<string, string>(),
        });
    }

    /// <summary>The result as the expected files write it: references, skipped values and errors, each with line and column.</summary>
    public static IEnumerable<string> Describe(string name)
    {
        ReferenceScan scan;
        try
        {
            scan = Scan(name);
        }
        catch (ImagePusherException error)
        {
            return [Describe(error)];
        }

        return scan.Found
            .Select(found => $"{found.Place.Line}:{found.Place.Column} {found.Place.Kind} {found.Reference} | {found.Place.Why}"
                + $"{(found.IsVerbatim ? "" : " | computed")}")
            .Concat(scan.Skipped.Select(
                skipped => $"{skipped.Place.Line}:{skipped.Place.Column} skipped {skipped.Text} | {skipped.Reason}"))
            .Concat(scan.Errors.Select(Describe))
            .Concat(scan.IsKnown ? [] : ["not a kind of file that names images"]);
    }

    private static string Describe(ImagePusherException error) =>
        $"{error.GetType().Name}: {error.Message.Replace(Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)}";
}

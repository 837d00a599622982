using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Bundles;

/// <summary>Writes the lists of a bundle: the lock file in the form of carvel's ImagesLock, and the checksums.</summary>
internal static class BundleLists
{
    private const int HashLength = 64;

    /// <summary>Writes both lists.</summary>
    /// <param name="plan">The bundle, whose parts exist.</param>
    /// <param name="path">The path of the bundle.</param>
    /// <param name="cancellationToken">Cancels the hashing of the parts.</param>
    public static async Task WriteAsync(BundlePlan plan, string path, CancellationToken cancellationToken)
    {
        var files = Enumerable.Range(1, plan.Count).Select(plan.PathOf).Append(BundleFiles.LockPath(path)).ToList();
        Write(files[^1], Lock(plan));
        var lines = new List<string>();
        foreach (var file in files)
        {
            lines.Add($"{await HashAsync(file, cancellationToken).ConfigureAwait(false)}  {Path.GetFileName(file)}");
        }

        // Several bundles of one folder share the file.
        var sums = BundleFiles.SumsPath(path);
        var names = files.Select(Path.GetFileName).ToHashSet();
        var others = Lines(sums).Where(line => Parse(line) is not { } sum || !names.Contains(sum.File));
        Write(sums, string.Concat(others.Concat(lines).Select(line => line + "\n")));
    }

    /// <summary>The checksums of a folder; empty if there are none. Lines of another form are not read.</summary>
    /// <exception cref="LimitExceededException">The file is too large.</exception>
    public static IReadOnlyList<(string Hash, string File)> Read(string sums) =>
        [.. Lines(sums).Select(Parse).OfType<(string Hash, string File)>()];

    /// <summary>The SHA-256 checksum of a file, as sha256sum writes it.</summary>
    public static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var stream = RegularFile.OpenStream(file);
            await using (stream.ConfigureAwait(false))
            {
                return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unreadable(file, error);
        }
    }

    private static string[] Lines(string sums)
    {
        try
        {
            return FileStatus.Of(sums, followLinks: true) is null ? []
                : RegularFile.ReadAll(sums, Limits.BundleTable) is { } content
                    ? Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : throw new LimitExceededException(
                    $"'{sums}' has more than {Limits.BundleTable} bytes.", "Remove the file, or move the archives to another folder.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unreadable(sums, error);
        }
    }

    private static (string Hash, string File)? Parse(string line) =>
        line.Length > HashLength + 2 && line[..HashLength].All(char.IsAsciiHexDigit)
            ? (line[..HashLength].ToLowerInvariant(), line[HashLength..].TrimStart(' ', '*').TrimEnd('\r')) : null;

    private static string Lock(BundlePlan plan)
    {
        var text = new StringBuilder("---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        foreach (var (name, digest, parts) in plan.Images)
        {
            text.Append("- image: ").Append(Quote($"{name.Name}@{digest}")).Append("\n  annotations:\n    kbld.carvel.dev/id: ")
                .Append(Quote(name.ToString())).Append("\n    io.imagepusher.parts: ")
                .Append(Quote(string.Join(' ', parts.Select(part => Path.GetFileName(plan.PathOf(part)))))).Append('\n');
        }

        return text.ToString();
    }

    // A JSON string is one of YAML.
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static void Write(string path, string text)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.partial";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unwritable(path, error);
        }
    }
}

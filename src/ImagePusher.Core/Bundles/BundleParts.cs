using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Bundles;

/// <summary>Puts the parts of a bundle together.</summary>
internal static class BundleParts
{
    private const int ListedImages = 10;

    /// <summary>The bundle of all its parts, in their order. The archives are closed if a part is missing.</summary>
    /// <param name="archives">The parts in any order; one that is given twice counts once.</param>
    /// <exception cref="IncompleteImageException">Parts are missing; the message names them and the images that need them.</exception>
    public static Bundle Join(IReadOnlyList<ImageArchive> archives)
    {
        var numbered = archives.GroupBy(archive => archive.Bundle!.Number).ToDictionary(group => group.Key, group => group.First());
        var table = archives[0].Bundle!;
        var missing = Enumerable.Range(1, table.Parts.Count).Where(number => !numbered.ContainsKey(number)).ToList();
        var used = missing.Count == 0 ? numbered.Values.ToHashSet() : [];
        foreach (var archive in archives.Where(archive => !used.Contains(archive)))
        {
            archive.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return missing.Count == 0 ? new Bundle([.. numbered.OrderBy(part => part.Key).Select(part => part.Value)])
            : throw Missing(archives[0].Path, table, missing);
    }

    /// <summary>The error for parts that are missing.</summary>
    public static IncompleteImageException Missing(string path, BundlePart table, IReadOnlyList<int> missing)
    {
        var files = string.Join(", ", missing.Select(number => table.Parts[number - 1].File));
        var images = missing.SelectMany(number => table.Parts[number - 1].Images).Distinct().ToList();
        var more = images.Count > ListedImages ? $" and {images.Count - ListedImages} more" : "";
        return new IncompleteImageException(
            TerminalText.Escape(
                $"The bundle of '{path}' has {table.Parts.Count} parts, and {files} {(missing.Count == 1 ? "is" : "are")} missing. "
                + $"Images that need {(missing.Count == 1 ? "it" : "them")}: {string.Join(", ", images.Take(ListedImages))}{more}."),
            "Specify all parts of the bundle together.")
        { IsArchive = true };
    }
}

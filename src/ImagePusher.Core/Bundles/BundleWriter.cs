using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Archives.Tar;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Bundles;

/// <summary>Writes the parts of a bundle, each under its name only when it is complete. Parts of an interrupted call are kept.</summary>
/// <param name="plan">The plan of the parts.</param>
/// <param name="path">The path of the bundle.</param>
/// <param name="overwrite">True to write existing parts again, and to replace other files of their names.</param>
/// <param name="log">Receives which parts are kept.</param>
internal sealed class BundleWriter(BundlePlan plan, string path, bool overwrite, ILogger log)
{
    /// <summary>The paths of the parts.</summary>
    public string[] Paths { get; } = [.. Enumerable.Range(1, plan.Count).Select(plan.PathOf)];

    /// <summary>Writes the parts that do not exist, the lock file and the checksums.</summary>
    /// <param name="copy">Copies all images to a part.</param>
    /// <param name="cancellationToken">Cancels the call; complete parts stay.</param>
    /// <exception cref="DestinationConflictException">Another file has the name of a part; nothing was written.</exception>
    public async Task WriteAsync(Func<IImageTarget, Task> copy, CancellationToken cancellationToken)
    {
        var open = new List<int>();
        foreach (var number in Enumerable.Range(1, plan.Count))
        {
            if (!overwrite && await IsCompleteAsync(number, cancellationToken).ConfigureAwait(false))
            {
                log.Information($"'{plan.PathOf(number)}' is complete and kept.");
                continue;
            }

            TarFileWriter.Check(plan.PathOf(number), overwrite);
            open.Add(number);
        }

        foreach (var number in open)
        {
            RemoveUnfinished(plan.PathOf(number));
            var part = ArchiveWriter.Create(plan.PathOf(number), ArchiveFormat.Oci, overwrite, plan.ContentOf(number));
            await using (part.ConfigureAwait(false))
            {
                await copy(part).ConfigureAwait(false);
                await part.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await BundleLists.WriteAsync(plan, path, cancellationToken).ConfigureAwait(false);
    }

    // A part has its name only since it was complete; the bundle that it belongs to is in it.
    private async Task<bool> IsCompleteAsync(int number, CancellationToken cancellationToken)
    {
        var part = new FileInfo(plan.PathOf(number));
        if (!part.Exists || part.Length != plan.SizeOfPart(number))
        {
            return false;
        }

        try
        {
            var archive = await ImageArchive.OpenAsync(
                part.FullName, new ArchiveOptions { NeedsNames = false }, cancellationToken).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
            {
                return archive.Bundle?.Bundle == plan.Id && archive.Bundle.Number == number;
            }
        }
        catch (ImagePusherException)
        {
            return false;
        }
    }

    // Files of a killed process use space that the part needs.
    private static void RemoveUnfinished(string path)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        // Not as a pattern of the system: the name may have wildcards, and would match the files of others.
        var start = $".{Path.GetFileName(path)}.";
        foreach (var file in Directory.EnumerateFiles(folder, "*.partial")
            .Where(file => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal)))
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw ArchiveErrors.Unwritable(file, error);
            }
        }
    }
}

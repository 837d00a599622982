using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImagePusher.Core;
using ImagePusher.Core.Archives;

namespace ImagePusher.Binding;

/// <summary>Completes paths of image archives, and of folders.</summary>
public sealed class ImageTarCompleter : IArgumentCompleter
{
    private static readonly string[] Extensions = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tzst"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionCompleters.CompleteFilename((wordToComplete ?? "").Trim('\'', '"'))
            .Where(result => result.ResultType == CompletionResultType.ProviderContainer || IsArchive(result.ListItemText));

    private static bool IsArchive(string name) =>
        Array.Exists(Extensions, extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Completes names of images in the archive that -Path or -LiteralPath names.</summary>
public sealed class ArchivedImageCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        OpenArchive(bound).SelectMany(image => image.Names).Select(
            name => CachedReferenceCompleter.IsStartOf(word, name.ToString()) ? name.ToString() : name.ShortForm);

    /// <summary>The images of the archive of the command; none if it cannot be opened quickly.</summary>
    internal static IReadOnlyList<ArchivedImage> OpenArchive(IDictionary bound)
    {
        try
        {
            var path = bound["LiteralPath"] ?? bound["Path"] ?? bound["PSPath"] ?? bound["FullName"];
            if (path is null || FullPath(path is IList { Count: > 0 } list ? list[0]! : path) is not { } full || !IsSeekable(full))
            {
                return [];
            }

            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            var archive = ImageArchive.OpenAsync(full, new ArchiveOptions(), timeout.Token).GetAwaiter().GetResult();
            var images = archive.Images;
            archive.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return images;
        }
        catch (Exception error) when (error is ImagePusherException or RuntimeException or IOException or OperationCanceledException)
        {
            // Completion shows no errors; the command itself will.
            return [];
        }
    }

    // A compressed archive would have to be decompressed first.
    private static bool IsSeekable(string path) =>
        Directory.Exists(path) || (File.Exists(path) && path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase));
}

/// <summary>Completes platforms: those of the archive or cached image of the command, and the common ones.</summary>
public sealed class PlatformCompleter : CompleterBase
{
    private static readonly string[] Common =
    [
        "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/386", "linux/ppc64le", "linux/s390x", "linux/riscv64",
        "windows/amd64",
    ];

    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound)
    {
        var present = ArchivedImageCompleter.OpenArchive(bound).SelectMany(image => image.Platforms).Select(
            platform => platform.ToString()).ToList();
        return present.Count > 0 ? present : Common;
    }
}

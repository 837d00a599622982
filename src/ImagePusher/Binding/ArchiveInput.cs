using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Oci;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>Opens the archives that -Path or -LiteralPath select, and selects their images by -Image.</summary>
/// <param name="command">The cmdlet.</param>
internal sealed class ArchiveInput(AsyncCommand command)
{
    public const string PathSet = "Path";
    public const string LiteralPathSet = "LiteralPath";

    // Each image goes once, however often the pipeline names it.
    private readonly HashSet<(string Path, ImageReference Name)> _taken = [];

    /// <summary>The files and folders that the paths select, each with the text that selected it; errors are non-terminating.</summary>
    public IEnumerable<(string Input, string File)> Files(string[] paths) => Files(paths, command.ParameterSetName == LiteralPathSet);

    /// <summary>
    /// Opens each archive and processes the selected images of each; the archive is closed when the last one is released.
    /// </summary>
    /// <param name="paths">The paths.</param>
    /// <param name="images">The value of -Image; null for all images.</param>
    /// <param name="needsNames">True if an image without a name takes one from the file: the reader warns about it.</param>
    /// <param name="process">Starts the work on the selected images of an archive.</param>
    public void Process(
        string[] paths, string[]? images, bool needsNames, Action<string, ArchiveLease,
        IReadOnlyList<(ArchivedImage Image, ImageReference Name)>> process) =>
        Process(paths, command.ParameterSetName == LiteralPathSet, images, needsNames, process);

    /// <summary>The same for paths that another parameter names.</summary>
    public void Process(
        string[] paths, bool isLiteral, string[]? images, bool needsNames, Action<string, ArchiveLease,
        IReadOnlyList<(ArchivedImage Image, ImageReference Name)>> process)
    {
        var selector = command.Require(images, () => new ImageSelector(images));
        foreach (var (input, file) in Files(paths, isLiteral))
        {
            command.Try(input, () =>
            {
                var archive = command.Await(token => Archives.OpenAsync(file, command.Log, needsNames, token));
                var lease = new ArchiveLease(archive);
                try
                {
                    archive.Failures.ToList().ForEach(failure => Report(input, failure));
                    var selected = selector.Select(archive, Report, allowsNoMatch: false);
                    selected.RemoveAll(pair => file != PathResolver.StandardInput && !_taken.Add((archive.Path, pair.Name)));
                    process(input, lease, selected);
                }
                finally
                {
                    lease.Release();
                }
            });
        }
    }

    /// <summary>One image of an archive as the source of a copy.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="image">The image.</param>
    /// <param name="name">The name in the archive. One that was made from the file name is not judged by a policy.</param>
    public static ImageSelection SelectionOf(ImageArchive archive, ArchivedImage image, ImageReference? name = null) =>
        new(archive, image.Root) { SourceName = name, Name = image.IsNamed ? name : null };

    private IEnumerable<(string Input, string File)> Files(string[] paths, bool isLiteral)
    {
        foreach (var path in paths)
        {
            IReadOnlyCollection<string> files = [];
            command.Try(path, () => files = PathResolver.Existing(command, path, isLiteral));
            foreach (var file in files)
            {
                yield return (path, file);
            }
        }
    }

    private void Report(string text, ImagePusherException error) => command.Try(text, () => throw error);
}

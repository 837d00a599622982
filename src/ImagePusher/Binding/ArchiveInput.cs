using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>Starts the work on the selected images of an archive or bundle.</summary>
internal delegate void ArchiveAction(
    string input, SharedArchive shared, IReadOnlyList<(ArchivedImage Image, ImageReference Name)> selected);

/// <summary>Opens the archives that -Path or -LiteralPath select, and selects their images by -Image.</summary>
/// <param name="command">The cmdlet.</param>
/// <param name="joinsParts">True to process the parts of a bundle together, when all input is known.</param>
internal sealed class ArchiveInput(AsyncCommand command, bool joinsParts = false) : IDisposable
{
    public const string PathSet = "Path";
    public const string LiteralPathSet = "LiteralPath";

    // The parts of bundles, which are processed when all are there.
    private readonly List<(string Input, ImageArchive Archive)> _parts = [];

    // Each image goes once, however often the pipeline names it.
    private readonly HashSet<(string Path, ImageReference Name)> _taken = [];

    /// <summary>The files and folders that the paths select, each with the text that selected it; errors are non-terminating.</summary>
    public IEnumerable<(string Input, string File)> Files(string[] paths) => Files(paths, command.ParameterSetName == LiteralPathSet);

    /// <summary>True for the lists of a bundle, which a wildcard selects too.</summary>
    public static bool IsBundleList(string file) => Path.GetFileName(file) == BundleFiles.SumsName
        || file.EndsWith(BundleFiles.LockExtension, StringComparison.Ordinal);

    /// <summary>
    /// Opens each archive and processes the selected images of each; the archive is closed when the last one is released.
    /// </summary>
    /// <param name="paths">The paths.</param>
    /// <param name="images">The value of -Image; null for all images.</param>
    /// <param name="needsNames">True if an image without a name takes one from the file: the reader warns about it.</param>
    /// <param name="process">Starts the work on the selected images of an archive.</param>
    public void Process(
        string[] paths, string[]? images, bool needsNames, ArchiveAction process) =>
        Process(paths, command.ParameterSetName == LiteralPathSet, images, needsNames, process);

    /// <summary>The same for paths that another parameter names.</summary>
    public void Process(string[] paths, bool isLiteral, string[]? images, bool needsNames, ArchiveAction process)
    {
        var selector = command.Require(images, () => new ImageSelector(images));
        foreach (var (input, file) in Files(paths, isLiteral))
        {
            command.Try(input, () =>
            {
                var archive = command.Await(token => Archives.OpenAsync(file, command.Log, needsNames, token));
                if (archive.Bundle is null || !joinsParts)
                {
                    Process(input, new Bundle([archive]), selector, process);
                }
                else
                {
                    _parts.Add((input, archive));
                }
            });
        }
    }

    /// <summary>Processes the bundles whose parts were specified to
    /// <see cref="Process(string[], string[], bool, ArchiveAction)"/>.</summary>
    public void ProcessBundles(string[]? images, ArchiveAction process)
    {
        var selector = command.Require(images, () => new ImageSelector(images));
        var waiting = _parts.GroupBy(part => part.Archive.Bundle!.Bundle).ToList();
        _parts.Clear();
        foreach (var parts in waiting)
        {
            var input = parts.First().Input;
            command.Try(input, () => Process(input, Bundle.Join([.. parts.Select(part => part.Archive)]), selector, process));
        }
    }

    /// <summary>Closes unprocessed input.</summary>
    public void Dispose()
    {
        _parts.ForEach(part => part.Archive.DisposeAsync().AsTask().GetAwaiter().GetResult());
        _parts.Clear();
    }

    /// <summary>One image of an archive as the source of a copy.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="image">The image.</param>
    /// <param name="name">The name in the archive. One that was created from the file name is not judged by a policy.</param>
    public static ImageSelection SelectionOf(ImageArchive archive, ArchivedImage image, ImageReference? name = null) =>
        new(archive, image.Root) { SourceName = name, Name = image.IsNamed ? name : null };

    /// <summary>One image of an archive or bundle as the source of a copy; what it omits is found elsewhere.</summary>
    /// <param name="bundle">The archive or bundle.</param>
    /// <param name="image">The image with its name there.</param>
    /// <param name="sparse">Makes the source of an image whose blobs may be elsewhere.</param>
    public static ImageSelection SelectionOf(
        Bundle bundle, (ArchivedImage Image, ImageReference Name) image, Func<Bundle, ImageReference, SparseSource> sparse)
    {
        if (!bundle.IsSparse(image.Image))
        {
            return SelectionOf(bundle.Index, image.Image, image.Name);
        }

        var source = sparse(bundle, image.Name);
        return new ImageSelection(source, source.Remember(image.Image.Root))
        {
            SourceName = image.Name,
            Name = image.Image.IsNamed ? image.Name : null,
        };
    }

    private void Process(string input, Bundle bundle, ImageSelector selector, ArchiveAction process)
    {
        var shared = new SharedArchive(bundle);
        try
        {
            var archive = bundle.Index;
            archive.Failures.ToList().ForEach(failure => Report(input, failure));
            var selected = selector.Select(archive, Report, allowsNoMatch: false);
            selected.RemoveAll(pair => input != PathResolver.StandardInput && !_taken.Add((archive.Path, pair.Name)));
            process(input, shared, selected);
        }
        finally
        {
            shared.Release();
        }
    }

    private IEnumerable<(string Input, string File)> Files(string[] paths, bool isLiteral)
    {
        foreach (var path in paths)
        {
            IReadOnlyCollection<string> files = [];
            command.Try(path, () => files = PathResolver.Existing(command, path, isLiteral));
            foreach (var file in files.Count > 1 ? files.Where(file => !IsBundleList(file)) : files)
            {
                yield return (path, file);
            }
        }
    }

    private void Report(string text, ImagePusherException error) => command.Try(text, () => throw error);
}

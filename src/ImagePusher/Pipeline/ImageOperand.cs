using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Endpoints;
using ImagePusher.Core.IO;
using ImagePusher.Core.Transfer;
using ImagePusher.Session;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Pipeline;

/// <summary>
/// One of two images that are compared, as an object or text names it: an object with CachePath is in that cache, one with a path is an
/// archive, text is a path, <c>cache:NAME</c> or a reference in a registry.
/// </summary>
internal sealed class ImageOperand : IAsyncDisposable
{
    private const string CachePrefix = "cache:";

    private readonly Func<ILogger, CancellationToken, Task<ImageSelection>> _select;
    private ImageArchive? _archive;

    private ImageOperand(Func<ILogger, CancellationToken, Task<ImageSelection>> select) => _select = select;

    private ImageOperand(string file, string? image) => _select = (log, token) => OpenAsync(file, image, log, token);

    /// <summary>Reads an operand on the pipeline thread.</summary>
    /// <exception cref="ImagePusherException">It names no image.</exception>
    public static ImageOperand Of(PSCmdlet cmdlet, object value, RegistryAccess access)
    {
        var item = PSObject.AsPSObject(value);
        if (item.BaseObject is string text)
        {
            return text.StartsWith(CachePrefix, StringComparison.Ordinal) ? Cached(cmdlet, null, text[CachePrefix.Length..], null)
                : EndpointText.IsPath(text) || WindowsFileNames.IsNamedPipe(text) ? Archived(cmdlet, text, null)
                : InRegistry(text, access);
        }

        var reference = Text(item, "Reference");
        return Text(item, "CachePath") is { } cache ? Cached(cmdlet, cache, reference, Text(item, "Digest"))
            : (Text(item, "FullName") ?? Text(item, "PSPath")) is { } path ? Archived(cmdlet, path, Text(item, "Image"))
            : InRegistry(reference ?? item.ToString(), access);
    }

    /// <summary>Finds the image.</summary>
    public Task<ImageSelection> SelectAsync(ILogger log, CancellationToken cancellationToken) => _select(log, cancellationToken);

    public ValueTask DisposeAsync() => _archive?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ImageOperand InRegistry(string text, RegistryAccess access)
    {
        var reference = References.Parse(text);
        var repository = access.Repository(reference);
        return new ImageOperand(async (_, token) =>
        {
            var root = await repository.ResolveAsync(reference.TagOrDigest!, token).ConfigureAwait(false);
            PusherSession.Current.AddKnownReference(reference);
            return new ImageSelection(repository, root);
        });
    }

    private static ImageOperand Cached(PSCmdlet cmdlet, string? folder, string? name, string? digest)
    {
        var cache = SessionCache.Open(cmdlet, folder);
        return new ImageOperand(async (_, token) => new ImageSelection(
            cache, await cache.ResolveAsync(string.IsNullOrEmpty(digest) ? name ?? "" : digest, token).ConfigureAwait(false)));
    }

    private static ImageOperand Archived(PSCmdlet cmdlet, string path, string? image) =>
        PathResolver.Existing(cmdlet, path, isLiteral: true) is { Count: 1 } files
            ? new ImageOperand(files.First(), image)
            : throw new PathNotFoundException($"The path '{path}' does not exist.", "Check the path and the current location.");

    private static string? Text(PSObject item, string property) =>
        item.Properties[property]?.Value as string is { Length: > 0 } text ? text : null;

    private async Task<ImageSelection> OpenAsync(string file, string? image, ILogger log, CancellationToken cancellationToken)
    {
        _archive = await Archives.OpenAsync(file, log, needsNames: false, cancellationToken).ConfigureAwait(false);
        if (image is not null)
        {
            return new ImageSelection(_archive, await _archive.ResolveAsync(image, cancellationToken).ConfigureAwait(false));
        }

        return _archive.Images is [var only] ? ArchiveInput.SelectionOf(_archive, only) : throw new InvalidOptionException(
            $"'{_archive.Path}' contains several images: {string.Join(", ", _archive.Images.SelectMany(found => found.Names).Take(10))}.",
            "Select one of them: pass an object that names an image of the archive.");
    }
}

using ImagePusher.Core.Endpoints;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core;

/// <summary>
/// Copies images between registries, archives, OCI layout directories and caches. Blobs are copied first, then the manifests that reference
/// them, and the name last, so that a name never refers to missing content after an interrupted copy.
/// </summary>
/// <example><code>
/// var source = ImageEndpoint.Registry("docker.io/library/alpine:3.22");
/// var target = ImageEndpoint.Archive("alpine.tar");
/// await ImageTransfer.CopyAsync(source, target);
/// </code></example>
public static class ImageTransfer
{
    /// <summary>Copies one image. An image with several names is copied under its first name.</summary>
    /// <param name="source">The image.</param>
    /// <param name="target">The target of the copy.</param>
    /// <param name="options">The options of the copy; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy. Blobs that were completed stay at the target.</param>
    /// <returns>The manifest of the copy and the number of bytes that were sent.</returns>
    /// <exception cref="InvalidOptionException">The source contains several images and none was selected.</exception>
    /// <exception cref="ImagePusherException">The copy failed; the target has no new name.</exception>
    public static Task<CopyResult> CopyAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(source, target, options ?? new CopyOptions(), isPlan: false, CopyOneAsync, cancellationToken);

    /// <summary>
    /// Copies all images of an archive, OCI layout directory or cache, each under all of its names: one image after the other, the blobs
    /// of each concurrently. For concurrent images, start several calls of <see cref="CopyAsync"/>.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="target">
    /// Where they are copied to: a registry or prefix (<c>host/prefix/</c>), an archive, a directory or a cache.
    /// </param>
    /// <param name="options">The options of the copies; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy. Images that were completed stay at the target.</param>
    /// <returns>One result per name, in the source's order; empty if the source has no image.</returns>
    /// <exception cref="CopyFailedException">
    /// Some images failed or could not be read; all others were copied. The exception contains their results and the failures.
    /// </exception>
    /// <exception cref="DestinationConflictException">Two different images have one name at the target; nothing was copied.</exception>
    /// <exception cref="ImagePusherException">The source cannot be read or the target cannot be written; the target has no new
    /// name.</exception>
    public static Task<IReadOnlyList<CopyResult>> CopyAllAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(source, target, options ?? new CopyOptions(), isPlan: false, CopyEachAsync, cancellationToken);

    /// <summary>Reports what <see cref="CopyAsync"/> would do, blob by blob, without changing anything.</summary>
    /// <param name="source">The image.</param>
    /// <param name="target">The target of the copy.</param>
    /// <param name="options">The options of the copy; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The source cannot be read, or the target does not respond.</exception>
    public static Task<CopyPlan> PlanAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(source, target, options ?? new CopyOptions(), isPlan: true, PlanOneAsync, cancellationToken);

    private delegate Task<T> Work<T>(SourceEndpoint from, TargetEndpoint to, CopyOptions options, CancellationToken cancellationToken);

    private static async Task<T> OpenAsync<T>(
        ImageEndpoint source, ImageEndpoint target, CopyOptions options, bool isPlan, Work<T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var from = await source.OpenSourceAsync(options, cancellationToken).ConfigureAwait(false);
        await using (from.ConfigureAwait(false))
        {
            var to = target.OpenTarget(options, isPlan);
            await using (to.ConfigureAwait(false))
            {
                return await work(from, to, options, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Task<CopyPlan> PlanOneAsync(
        SourceEndpoint from, TargetEndpoint to, CopyOptions options, CancellationToken cancellationToken)
    {
        var image = from.SelectOne();
        var name = to.NamesFor([image])[0];
        return Copier(options).PlanAsync(image.Selection, to.Open(name.Name), name.Name, to.Adapt(options, name), cancellationToken);
    }

    private static async Task<CopyResult> CopyOneAsync(
        SourceEndpoint from, TargetEndpoint to, CopyOptions options, CancellationToken cancellationToken)
    {
        var image = from.SelectOne();
        var result = await CopyImageAsync(
            Copier(options), to, image, to.NamesFor([image])[0], options, cancellationToken).ConfigureAwait(false);
        await to.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    private static async Task<IReadOnlyList<CopyResult>> CopyEachAsync(
        SourceEndpoint from, TargetEndpoint to, CopyOptions options, CancellationToken cancellationToken)
    {
        var copier = Copier(options);
        var (results, failures) = (new List<CopyResult>(), new List<Exception>(from.Failures));
        foreach (var (image, name) in from.Images.Zip(to.NamesFor(from.Images)))
        {
            try
            {
                results.Add(await CopyImageAsync(copier, to, image, name, options, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // All exceptions are caught, because objects of the caller, such as a credential provider, can throw too, and the results
                // must not be lost.
                failures.Add(CopyFailedException.Named(error, image.Label));
                options.Logger.Warning(failures[^1].Message);
            }
        }

        if (results.Count > 0)
        {
            await to.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        return failures.Count == 0 ? results : throw new CopyFailedException(from.Description, results, failures);
    }

    private static async Task<CopyResult> CopyImageAsync(
        ImageCopier copier, TargetEndpoint to, SourceImage image, DestinationName name, CopyOptions options,
        CancellationToken cancellationToken)
    {
        using var report = new ProgressReport(options, name.Name);
        return await copier.CopyAsync(
            image.Selection, to.Open(name.Name), name.Name, to.Adapt(options, name), report.Monitor,
            cancellationToken).ConfigureAwait(false);
    }

    private static ImageCopier Copier(CopyOptions options) => new(TransferSlots.Shared, CopyState.Open(options).Encodings);
}

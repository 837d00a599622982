using ImagePusher.Core.Endpoints;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core;

/// <summary>
/// Copies images between registries, archives, OCI layout directories and caches. Blobs go first, then the manifests that
/// reference them, the name last: an interrupted copy never leaves a name that points to missing content.
/// </summary>
/// <example><code>
/// var source = ImageEndpoint.Registry("docker.io/library/alpine:3.22");
/// var target = ImageEndpoint.Archive("alpine.tar");
/// await ImageTransfer.CopyAsync(source, target);
/// </code></example>
public static class ImageTransfer
{
    // The limits hold for all copies of the process.
    private static readonly TransferLimits Limits = new();

    /// <summary>Copies one image. An image with several names is copied under its first name.</summary>
    /// <param name="source">The image.</param>
    /// <param name="target">Where it is copied to.</param>
    /// <param name="options">How it is copied; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy. Blobs that were completed stay at the target.</param>
    /// <returns>What was copied and how many bytes were sent.</returns>
    /// <exception cref="InvalidReferenceException">The source holds several images and none was selected.</exception>
    /// <exception cref="ImagePusherException">The copy failed; the target has no new name.</exception>
    public static async Task<CopyResult> CopyAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        var results = await RunAsync(source, target, options ?? new CopyOptions(), isSingle: true, cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    /// <summary>Copies all images of an archive, OCI layout directory or cache, each under all of its names.</summary>
    /// <param name="source">The images.</param>
    /// <param name="target">
    /// Where they are copied to: a registry or prefix (<c>host/prefix/</c>), an archive, a directory or a cache.
    /// </param>
    /// <param name="options">How they are copied; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the copy. Images that were completed stay at the target.</param>
    /// <returns>One result per name, in the source's order.</returns>
    /// <exception cref="DestinationConflictException">Two different images have one name at the target; nothing was copied.</exception>
    /// <exception cref="ImagePusherException">
    /// A copy failed; the images after it were not copied. Or an image of an archive could not be read; all others were copied.
    /// </exception>
    public static Task<IReadOnlyList<CopyResult>> CopyAllAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(source, target, options ?? new CopyOptions(), isSingle: false, cancellationToken);

    /// <summary>Reports what <see cref="CopyAsync"/> would do, blob by blob, without changing anything.</summary>
    /// <param name="source">The image.</param>
    /// <param name="target">Where it would be copied to.</param>
    /// <param name="options">How it would be copied; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The source cannot be read, or the target does not answer.</exception>
    public static async Task<CopyPlan> PlanAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new CopyOptions();
        var from = await source.OpenSourceAsync(options, cancellationToken).ConfigureAwait(false);
        await using (from.ConfigureAwait(false))
        {
            var to = target.OpenTarget(options, isPlan: true);
            await using (to.ConfigureAwait(false))
            {
                var image = from.SelectOne();
                var name = to.NamesFor([image])[0];
                return await Copier(options).PlanAsync(
                    image.Selection, to.Open(name.Name), name.Name, to.Adapt(options, name), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<IReadOnlyList<CopyResult>> RunAsync(
        ImageEndpoint source, ImageEndpoint target, CopyOptions options, bool isSingle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var from = await source.OpenSourceAsync(options, cancellationToken).ConfigureAwait(false);
        await using (from.ConfigureAwait(false))
        {
            var to = target.OpenTarget(options, isPlan: false);
            await using (to.ConfigureAwait(false))
            {
                var results = await CopyImagesAsync(
                    from, to, isSingle ? [from.SelectOne()] : from.Images, options, cancellationToken).ConfigureAwait(false);
                if (!isSingle)
                {
                    from.ThrowIfIncomplete();
                }

                return results;
            }
        }
    }

    private static async Task<IReadOnlyList<CopyResult>> CopyImagesAsync(
        SourceEndpoint from, TargetEndpoint to, IReadOnlyList<SourceImage> images, CopyOptions options, CancellationToken cancellationToken)
    {
        var copier = Copier(options);
        var results = new List<CopyResult>();
        foreach (var (image, name) in images.Zip(to.NamesFor(images)))
        {
            using var report = new ProgressReport(options, name.Name);
            results.Add(await copier.CopyAsync(
                image.Selection, to.Open(name.Name), name.Name, to.Adapt(options, name), report.Monitor,
                cancellationToken).ConfigureAwait(false));
        }

        await to.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return results;
    }

    private static ImageCopier Copier(CopyOptions options) => new(Limits, CopyState.Open(options).Encodings);
}

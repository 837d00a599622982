namespace ImagePusher.Core.Sync;

/// <summary>Removes tags. The next run continues an interrupted one.</summary>
internal static class PruneRemoval
{
    /// <summary>Removes a tag if it still has the digest that was decided about.</summary>
    /// <returns>The reason why it was kept; null if it was removed.</returns>
    /// <exception cref="ImagePusherException">The registry rejected it.</exception>
    public static async Task<string?> RunAsync(PruneScope scope, PruneTag tag, CancellationToken cancellationToken)
    {
        var name = tag.Name.Tag!;
        if (await scope.Target.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        if (found.Digest != tag.Digest)
        {
            return "the tag names another image by now";
        }

        if (await scope.Target.TryDeleteTagAsync(name, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (tag.IsShared)
        {
            return "a tag that is kept needs its digest, and the registry deletes images by digest only";
        }

        try
        {
            await scope.Target.DeleteManifestAsync(tag.Digest!, cancellationToken).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException)
        {
            // Another tag of the same image was removed with it.
        }

        return null;
    }
}

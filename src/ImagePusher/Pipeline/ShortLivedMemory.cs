namespace ImagePusher.Pipeline;

/// <summary>
/// Limits the garbage of runs with thousands of images. .NET collects generation 0 when it is as large as the processor cache, which is
/// more than 64 MiB on servers; an unchanged image allocates 48 KiB.
/// </summary>
internal static class ShortLivedMemory
{
    /// <summary>The number of images between two collections, about 12 MiB; a collection takes a few milliseconds.</summary>
    private const int Images = 256;

    private static int _count;

    /// <summary>Counts an image, and collects generation 0 at intervals.</summary>
    public static void ImageEnded()
    {
        if (Interlocked.Increment(ref _count) % Images == 0)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }
    }
}

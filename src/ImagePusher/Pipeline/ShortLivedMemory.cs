namespace ImagePusher.Pipeline;

/// <summary>
/// Keeps what thousands of images leave behind from filling the memory. .NET collects its youngest objects when they have as many bytes
/// as the cache of the processor, which is more than 64 MiB on servers; an image that is unchanged leaves 48 KiB.
/// </summary>
internal static class ShortLivedMemory
{
    /// <summary>The number of images between two collections, about 12 MiB; a collection takes a few milliseconds.</summary>
    private const int Images = 256;

    private static int _count;

    /// <summary>Counts an image, and collects the youngest objects now and then.</summary>
    public static void ImageEnded()
    {
        if (Interlocked.Increment(ref _count) % Images == 0)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }
    }
}

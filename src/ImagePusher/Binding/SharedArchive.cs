using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;

namespace ImagePusher.Binding;

/// <summary>Keeps an archive, or the parts of a bundle, open until the last of its images is copied.</summary>
internal sealed class SharedArchive(Bundle bundle)
{
    private int _holders = 1;

    /// <summary>The archive that lists the images.</summary>
    public ImageArchive Archive => bundle.Index;

    /// <summary>The archive, or all parts.</summary>
    public Bundle Bundle => bundle;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            bundle.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}

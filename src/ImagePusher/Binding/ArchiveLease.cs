using ImagePusher.Core.Archives;

namespace ImagePusher.Binding;

/// <summary>Keeps an archive open until the last of its images is copied.</summary>
internal sealed class ArchiveLease(ImageArchive archive)
{
    private int _holders = 1;

    public ImageArchive Archive => archive;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            archive.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}

namespace ImagePusher.Core.Cache;

/// <summary>
/// A file of zeros as large as index.json: on a full disk its room is what lets an image be removed, which writes a new
/// index.json before the old one is gone.
/// </summary>
internal sealed class SpaceReserve(CacheLayout layout)
{
    private const int Smallest = 64 * 1024;

    private static readonly byte[] Zeros = new byte[Smallest];

    /// <summary>Gives the room free; false if there was none.</summary>
    public bool Release()
    {
        var isThere = File.Exists(layout.ReserveFile);
        StateFile.Delete(layout.ReserveFile);
        return isThere;
    }

    /// <summary>Makes sure that an index of this length could be written from the reserve, if the disk has the room. Called under the lock.</summary>
    public void Fill(int length)
    {
        var file = new FileInfo(layout.ReserveFile);
        if (file.Exists && file.Length >= length)
        {
            return;
        }

        var target = Smallest;
        while (target < length && target < int.MaxValue / 2)
        {
            target *= 2;
        }

        try
        {
            using var handle = File.OpenHandle(file.FullName, FileMode.Create, FileAccess.Write, FileShare.None);
            for (long offset = 0; offset < target; offset += Zeros.Length)
            {
                RandomAccess.Write(handle, Zeros, offset);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is no room to set aside; the next change tries again.
            StateFile.Delete(file.FullName);
        }
    }
}

using System.Collections.Concurrent;

namespace ImagePusher.Core.Compression;

/// <summary>Keeps the encoders' big buffers for the next block: the shared array pool would round 4 MiB and a bit up to 8.</summary>
/// <param name="size">The bytes of each buffer.</param>
/// <param name="limit">How many idle buffers to keep.</param>
internal sealed class BlockPool(int size, int limit)
{
    private readonly ConcurrentBag<byte[]> _idle = [];

    public byte[] Rent() => _idle.TryTake(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(size);

    public void Return(byte[] buffer)
    {
        if (_idle.Count < limit)
        {
            _idle.Add(buffer);
        }
    }
}

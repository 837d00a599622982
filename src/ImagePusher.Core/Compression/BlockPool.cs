using System.Collections.Concurrent;

namespace ImagePusher.Core.Compression;

/// <summary>Pools the encoders' large buffers: the shared array pool would round a little more than 4 MiB up to 8 MiB.</summary>
/// <param name="size">The size of each buffer in bytes.</param>
/// <param name="limit">The number of idle buffers to keep.</param>
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

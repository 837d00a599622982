using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>What plain layers became when they were compressed: one small file a layer and setting, put in place by rename.</summary>
internal sealed class EncodingMemory(CacheLayout layout, CacheLock cacheLock) : IEncodingStore
{
    public ValueTask<Descriptor?> FindAsync(EncodingKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(StateFile.Read(PathOf(key), OciJson.ReadDescriptor));
    }

    public async ValueTask StoreAsync(EncodingKey key, Descriptor encoded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(encoded);
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        StateFile.Write(PathOf(key), OciJson.Write(writer => OciJson.WriteDescriptor(writer, encoded)), isSecret: false);
    }

    private string PathOf(EncodingKey key) => Path.Combine(layout.EncodingFolder, key.ToString());
}

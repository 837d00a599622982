using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Transfer;

internal sealed class MemoryEncodings : IEncodingStore
{
    public ConcurrentDictionary<EncodingKey, Descriptor> Known { get; } = new();

    public ValueTask<Descriptor?> FindAsync(EncodingKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Known.GetValueOrDefault(key));

    public ValueTask StoreAsync(EncodingKey key, Descriptor encoded, CancellationToken cancellationToken)
    {
        Known[key] = encoded;
        return ValueTask.CompletedTask;
    }
}

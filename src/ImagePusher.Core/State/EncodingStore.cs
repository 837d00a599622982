using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.State;

/// <summary>The results of compressing layers: one small file per layer and setting.</summary>
internal sealed class EncodingStore(TransferState state, StateFolder folder) : IEncodingStore
{
    /// <summary>The time for which an encoding is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public ValueTask<Descriptor?> FindAsync(EncodingKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(state.Try(() => StateJson.Read(folder.Read(key.ToString()), OciJson.ReadDescriptor)));
    }

    public ValueTask StoreAsync(EncodingKey key, Descriptor encoded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(encoded);
        var content = OciJson.Write(writer => OciJson.WriteDescriptor(writer, encoded));
        state.Try(() => folder.Write(key.ToString(), content));
        return ValueTask.CompletedTask;
    }

    public void RemoveOld(DateTimeOffset now) => state.Try(() => folder.DeleteOlder(now - Lifetime));
}

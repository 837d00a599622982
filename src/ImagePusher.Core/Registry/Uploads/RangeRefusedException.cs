namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The registry has other bytes than a request went on from (416), and says how many. It never leaves this namespace.</summary>
internal sealed class RangeRefusedException(long offset, RegistryException refusal) : Exception(refusal.Message, refusal)
{
    /// <summary>How many bytes the registry has.</summary>
    public long Offset { get; } = offset;

    public RegistryException Refusal { get; } = refusal;
}

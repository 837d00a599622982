using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A blob whose writing can be interrupted, delayed, or changed to produce other bytes.</summary>
internal sealed class FaultyBlob(byte[] bytes) : BlobSource
{
    /// <summary>The requested start offsets of writes.</summary>
    public List<long> Offsets { get; } = [];

    /// <summary>Throws an IOException once this many bytes were written.</summary>
    public int? BreakAfter { get; set; }

    /// <summary>Signals, then waits in the middle.</summary>
    public Task? HoldUntil { get; set; }

    public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The declared digest and size, which can differ from the content.</summary>
    public Digest? Claim { get; set; }

    public bool IsUnknown { get; set; }

    public override Digest? Digest => IsUnknown ? null : Claim ?? ImagePusher.Core.Oci.Digest.Of(bytes);

    public override long? Length => IsUnknown ? null : bytes.Length;

    public override string Description => "a faulty blob";

    public override string ResumeKey => "faulty";

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        Offsets.Add(offset);
        var middle = Math.Max((int)offset, bytes.Length / 2);
        var end = BreakAfter ?? bytes.Length;
        await destination.WriteAsync(bytes.AsMemory((int)offset, Math.Min(middle, end) - (int)offset), cancellationToken);
        if (HoldUntil is not null)
        {
            Holding.TrySetResult();
            await HoldUntil.WaitAsync(cancellationToken);
        }

        if (end > middle)
        {
            await destination.WriteAsync(bytes.AsMemory(middle, end - middle), cancellationToken);
        }

        return BreakAfter is null
            ? new BlobIdentity(Claim ?? ImagePusher.Core.Oci.Digest.Of(bytes), bytes.Length)
            : throw new IOException("The connection was cut.");
    }
}

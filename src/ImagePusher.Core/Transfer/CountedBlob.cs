using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob whose bytes are counted as they are written.</summary>
internal sealed class CountedBlob(BlobSource inner, BlobProgress progress) : BlobSource
{
    public override Digest? Digest => inner.Digest;

    public override long? Length => inner.Length;

    public override string Description => inner.Description;

    public override string ResumeKey => inner.ResumeKey;

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        // A layer that is changed on its way counts what is read of it, for that is what its total is of.
        var isEncoded = inner is EncodedBlob or DecodedBlob;
        progress.Begin(isEncoded ? 0 : offset);
        var counted = new WriteCountingStream(destination, bytes =>
        {
            progress.AddSent(bytes);
            if (!isEncoded)
            {
                progress.AddDone(bytes);
            }
        });
        await using (counted.ConfigureAwait(false))
        {
            return await inner.WriteToAsync(counted, offset, cancellationToken).ConfigureAwait(false);
        }
    }
}

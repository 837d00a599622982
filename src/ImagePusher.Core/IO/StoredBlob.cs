using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>A stored blob of known digest and size that can be opened at any offset.</summary>
/// <param name="descriptor">The descriptor of the blob.</param>
/// <param name="location">Its location, for messages.</param>
/// <param name="open">Opens the blob at an offset in bytes.</param>
internal sealed class StoredBlob(Descriptor descriptor, string location, Func<long, CancellationToken, Task<Stream>> open) : BlobSource
{
    private const int BufferSize = 256 * 1024;

    /// <inheritdoc/>
    public override Digest Digest => descriptor.Digest;

    /// <inheritdoc/>
    public override long? Length => descriptor.Size;

    /// <inheritdoc/>
    public override string Description => $"{descriptor.Digest} of {location}";

    /// <inheritdoc/>
    public override string ResumeKey => descriptor.Digest.ToString();

    /// <inheritdoc/>
    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        var opened = await open(offset, cancellationToken).ConfigureAwait(false);
        var content = offset == 0
            ? new VerifyingStream(opened, descriptor, Description)
            : VerifyingStream.ForLength(opened, descriptor.Size - offset, Description);
        await using (content.ConfigureAwait(false))
        {
            await content.CopyToAsync(destination, BufferSize, cancellationToken).ConfigureAwait(false);
        }

        return new BlobIdentity(descriptor.Digest, descriptor.Size);
    }
}

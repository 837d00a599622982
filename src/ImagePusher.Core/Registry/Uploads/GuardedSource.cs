using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>A blob whose source may be a registry itself: its rejections are distinguished from those of the target.</summary>
internal sealed class GuardedSource(BlobSource source) : BlobSource
{
    public override Digest? Digest => source.Digest;

    public override long? Length => source.Length;

    public override string Description => source.Description;

    public override string ResumeKey => source.ResumeKey;

    internal override IAsyncDisposable? Open(CancellationToken cancellationToken) => source.Open(cancellationToken);

    /// <exception cref="SourceFailedException">The source failed.</exception>
    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await source.WriteToAsync(destination, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException error)
        {
            throw new SourceFailedException(error);
        }
    }
}

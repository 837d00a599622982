using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.CrashWorker;

/// <summary>A blob that is written in small pieces, so that a kill often comes in the middle of one.</summary>
internal sealed class PieceBlob(byte[] bytes) : BlobSource
{
    private const int PieceSize = 2 * 1024;

    private readonly BlobIdentity _identity = new(ImagePusher.Core.Oci.Digest.Of(bytes), bytes.Length);

    public override Digest? Digest => _identity.Digest;

    public override long? Length => bytes.Length;

    public override string Description => $"a test blob {_identity.Digest}";

    public override string ResumeKey => _identity.Digest.ToString();

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        for (var start = (int)offset; start < bytes.Length; start += PieceSize)
        {
            await destination.WriteAsync(bytes.AsMemory(start, Math.Min(PieceSize, bytes.Length - start)), cancellationToken);
            await Task.Yield();
        }

        return _identity;
    }
}

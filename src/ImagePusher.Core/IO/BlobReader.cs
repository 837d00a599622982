using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>Reads small blobs into memory.</summary>
internal static class BlobReader
{
    /// <summary>Reads and verifies a small blob, such as a config.</summary>
    /// <param name="source">The source of the blob.</param>
    /// <param name="descriptor">The descriptor of the blob.</param>
    /// <param name="maximum">The maximum size in bytes.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="LimitExceededException">The blob is larger than the maximum.</exception>
    /// <exception cref="DigestMismatchException">The bytes do not match the descriptor.</exception>
    public static async Task<byte[]> ReadAsync(IImageSource source, Descriptor descriptor, int maximum, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size > maximum)
        {
            throw new LimitExceededException(
                $"{descriptor.Digest} of {source.Description} has {descriptor.Size} bytes; at most {maximum} are read.",
                "Check that it is the config of an image.");
        }

        var opened = await source.OpenBlobAsync(descriptor, 0, cancellationToken).ConfigureAwait(false);
        var verified = new VerifyingStream(opened, descriptor, $"{descriptor.Digest} of {source.Description}");
        await using (verified.ConfigureAwait(false))
        {
            var content = new byte[descriptor.Size];
            await verified.ReadExactlyOrMismatchAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }
    }

    private static async Task ReadExactlyOrMismatchAsync(this VerifyingStream stream, byte[] content, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);

        // The stream verifies when its end is read, which also finds surplus bytes.
        if (read == content.Length)
        {
            await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.IO;

/// <summary>Reads small blobs whole.</summary>
internal static class BlobReader
{
    /// <summary>Reads and verifies a small blob, such as a config.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="descriptor">What it is.</param>
    /// <param name="maximum">The most bytes it may have.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RegistryProtocolException">The blob is larger than allowed.</exception>
    /// <exception cref="DigestMismatchException">The bytes are not what the descriptor says.</exception>
    public static async Task<byte[]> ReadAsync(IImageSource source, Descriptor descriptor, int maximum, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size > maximum)
        {
            throw new RegistryProtocolException(
                $"{descriptor.Digest} of {source.Description} has {descriptor.Size} bytes; at most {maximum} are read here.", "Check that it is an image's config.");
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
        var read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);

        // Reading on to the end is what makes the stream verify, and what finds a byte too many.
        if (read == content.Length)
        {
            await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }
}

using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Threading.Channels;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Compression;

/// <summary>
/// Compresses an uncompressed layer in one pass: blocks are read and hashed in order, compressed in parallel, written in order and
/// hashed again. Only a few blocks are in memory at any time.
/// </summary>
internal static class LayerEncoder
{
    // The number of blocks that may be compressed before they are written: one per core, and the same number again for a slow destination.
    private static readonly int Ahead = 2 * Environment.ProcessorCount;
    private static readonly ConcurrentDictionary<int, BlockPool> Pools = new();

    /// <summary>Compresses a layer whose uncompressed digest is to be of sha256.</summary>
    /// <inheritdoc cref="EncodeAsync(Stream, Stream, EncodingSettings, HashAlgorithmName, CancellationToken)"/>
    public static Task<EncodedLayer> EncodeAsync(
        Stream content, Stream destination, EncodingSettings settings, CancellationToken cancellationToken) =>
        EncodeAsync(content, destination, settings, HashAlgorithmName.SHA256, cancellationToken);

    /// <summary>Compresses a layer.</summary>
    /// <param name="content">The uncompressed layer, read to its end; not closed.</param>
    /// <param name="destination">The destination of the compressed layer; neither flushed nor closed.</param>
    /// <param name="settings">Format and level.</param>
    /// <param name="hash">The algorithm of the uncompressed layer's digest: SHA256 or SHA512.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The digests and sizes before and after.</returns>
    public static async Task<EncodedLayer> EncodeAsync(
        Stream content, Stream destination, EncodingSettings settings, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(settings);
        var format = BlockFormat.Create(settings);
        var blocks = Channel.CreateBounded<Task<Block>>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var output = new HashingStream(destination);

        var reading = Task.Run(() => ReadAsync(content, format, settings, hash, blocks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await output.WriteAsync(format.Header, stop.Token).ConfigureAwait(false);
            await foreach (var compressing in blocks.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                var block = await compressing.ConfigureAwait(false);
                try
                {
                    await output.WriteAsync(block.Buffer.AsMemory(0, block.Length), stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    PoolOf(format.MaximumBlock).Return(block.Buffer);
                }
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var (identity, crc) = await reading.ConfigureAwait(false);
        await output.WriteAsync(format.Trailer(crc, identity.Size), cancellationToken).ConfigureAwait(false);
        return new EncodedLayer(identity, output.Identity);
    }

    private static async Task<(BlobIdentity Identity, uint Crc)> ReadAsync(
        Stream content, BlockFormat format, EncodingSettings settings, HashAlgorithmName algorithm, ChannelWriter<Task<Block>> blocks,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var crc = new Crc32();
        var size = 0L;
        var blockSize = settings.BlockSize;
        var pool = PoolOf(InputBlock.BufferSize(blockSize));
        var window = new byte[InputBlock.Start];
        try
        {
            while (true)
            {
                var buffer = pool.Rent();
                var count = await content.ReadAtLeastAsync(
                    buffer.AsMemory(InputBlock.Start, blockSize), blockSize, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0)
                {
                    pool.Return(buffer);
                    break;
                }

                var block = new InputBlock(buffer, size == 0 ? 0 : window.Length, count);
                window.CopyTo(buffer, 0);
                block.Content[^Math.Min(window.Length, count)..].CopyTo(window);
                await blocks.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
                var compressing = Task.Run(() => Compress(format, block), CancellationToken.None);
                await blocks.WriteAsync(compressing, cancellationToken).ConfigureAwait(false);

                // Hashed while the block is compressed: both only read it.
                hash.AppendData(block.Content);
                crc.Append(block.Content);
                size += count;
                _ = compressing.ContinueWith(
                    (_, state) => pool.Return((byte[])state!),
                    buffer,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }

            blocks.Complete();
            var digest = Digest.FromHash(algorithm, hash.GetHashAndReset());
            return (new BlobIdentity(digest, size), crc.GetCurrentHashAsUInt32());
        }
        catch (Exception error)
        {
            blocks.Complete(error);
            throw;
        }
    }

    private static Block Compress(BlockFormat format, InputBlock content)
    {
        var buffer = PoolOf(format.MaximumBlock).Rent();
        return new Block(buffer, format.Compress(content, buffer));
    }

    private static BlockPool PoolOf(int size) => Pools.GetOrAdd(size, static bytes => new BlockPool(bytes, Ahead + 2));

    private readonly record struct Block(byte[] Buffer, int Length);
}

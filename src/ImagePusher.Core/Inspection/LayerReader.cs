using System.Formats.Tar;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>Reads the entries of a layer once, in order, and verifies the layer's digest.</summary>
/// <param name="source">The source of the layer.</param>
/// <param name="layer">The layer.</param>
internal sealed class LayerReader(IImageSource source, Descriptor layer)
{
    private const int BufferSize = 128 * 1024;
    private const long MaximumVerifiedAfterError = 256L * 1024 * 1024;

    private readonly string _subject = $"The layer {layer.Digest} of {source.Description}";

    /// <summary>Reads all entries.</summary>
    /// <param name="visit">Receives each entry, and the content of a file, which it need not read.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="UnsupportedContentException">The layer is not a tar.</exception>
    /// <exception cref="DigestMismatchException">Its bytes do not match its digest. Entries were visited before that was known.</exception>
    public async Task ReadAsync(Func<LayerEntry, Stream?, Task> visit, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsLayer(layer.MediaType) && !MediaTypes.IsForeign(layer.MediaType))
        {
            throw LayerErrors.NotALayer(_subject, layer.MediaType);
        }

        var opened = await source.OpenBlobAsync(layer, 0, cancellationToken).ConfigureAwait(false);
        var verified = new VerifyingStream(opened, layer, _subject);
        await using (verified.ConfigureAwait(false))
        {
            try
            {
                await ReadAsync(verified, visit, cancellationToken).ConfigureAwait(false);

                // A decoder and a tar reader stop at the end of their own formats; only the end of the stream verifies the layer.
                await verified.CopyToAsync(Stream.Null, BufferSize, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (LayerDecoder.IsDecoderError(error))
            {
                await VerifyRestAsync(verified, cancellationToken).ConfigureAwait(false);
                throw LayerDecoder.Translate(error, _subject, reason => LayerErrors.Damaged(_subject, reason, error));
            }
            catch (UnsupportedContentException)
            {
                await VerifyRestAsync(verified, cancellationToken).ConfigureAwait(false);
                throw;
            }
            catch (Exception error) when (error is FormatException or ArgumentException or OverflowException or NotSupportedException)
            {
                await VerifyRestAsync(verified, cancellationToken).ConfigureAwait(false);
                throw LayerErrors.Damaged(_subject, error.Message.TrimEnd('.'), error);
            }
        }
    }

    // Bytes that do not match the digest are the cause of everything else; they are looked for where that does not take long.
    private Task VerifyRestAsync(Stream verified, CancellationToken cancellationToken) => layer.Size > MaximumVerifiedAfterError
        ? Task.CompletedTask : verified.CopyToAsync(Stream.Null, BufferSize, cancellationToken);

    private async Task ReadAsync(Stream verified, Func<LayerEntry, Stream?, Task> visit, CancellationToken cancellationToken)
    {
        long read = 0, written = 0;
        var guard = new ExpansionGuard(_subject);
        var counted = new ReadCountingStream(verified, count => read += count);
        var decoded = await LayerDecoder.OpenAsync(counted, _subject, cancellationToken).ConfigureAwait(false);
        var guarded = new ReadCountingStream(decoded, count => guard.Check(read, written += count));
        await using (decoded.ConfigureAwait(false))
        {
            var buffered = new BufferedStream(guarded, BufferSize);
            var headers = new LayerTarStream(buffered, _subject);
            await using (headers.ConfigureAwait(false))
            {
                var reader = new TarReader(headers, leaveOpen: true);
                await using (reader.ConfigureAwait(false))
                {
                    await VisitAsync(reader, headers, visit, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task VisitAsync(
        TarReader reader, LayerTarStream headers, Func<LayerEntry, Stream?, Task> visit, CancellationToken cancellationToken)
    {
        for (var ordinal = 0; await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry;)
        {
            if (entry is PaxGlobalExtendedAttributesTarEntry)
            {
                continue;
            }

            if (ordinal >= InspectionLimits.LayerEntries)
            {
                throw LayerErrors.Limit($"{_subject} has more than {InspectionLimits.LayerEntries:N0} entries.");
            }

            if (Create(entry, headers, ordinal++) is { } created)
            {
                await visit(created, created.Kind is LayerEntryKind.File ? entry.DataStream ?? Stream.Null : null).ConfigureAwait(false);
            }
        }

        if (headers.HasPendingExtension)
        {
            throw LayerErrors.Damaged(_subject, "an extended header belongs to no entry");
        }
    }

    private LayerEntry? Create(TarEntry entry, LayerTarStream headers, int ordinal)
    {
        // .NET 10.0 omits the prefix of a header behind an extended one, which libarchive writes so.
        var name = headers.HasExtendedName ? entry.Name : TarHeader.Name(headers.Header);
        if (entry.EntryType is TarEntryType.SparseFile or TarEntryType.MultiVolume || headers.Records is { IsSparse: true })
        {
            throw LayerErrors.Damaged(_subject, $"the entry '{name}' is stored sparse or in several volumes");
        }

        if (KindOf(entry.EntryType, name) is not { } kind)
        {
            return null;
        }

        var owner = new TarOwner(headers.Header, headers.Records);
        return new LayerEntry(LayerPath.Clean(name, out var isUnsafe), kind, kind is LayerEntryKind.File ? entry.Length : 0)
        {
            Ordinal = ordinal,
            Mode = owner.Mode,
            UserId = owner.UserId,
            GroupId = owner.GroupId,
            Modified = owner.Modified,
            Link = kind is LayerEntryKind.HardLink or LayerEntryKind.SymbolicLink ? entry.LinkName : "",
            HasUnsafeName = isUnsafe,
        };
    }

    private static LayerEntryKind? KindOf(TarEntryType type, string name) => type switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile =>
            name.EndsWith('/') ? LayerEntryKind.Directory : LayerEntryKind.File,
        TarEntryType.Directory => LayerEntryKind.Directory,
        TarEntryType.SymbolicLink => LayerEntryKind.SymbolicLink,
        TarEntryType.HardLink => LayerEntryKind.HardLink,
        TarEntryType.CharacterDevice => LayerEntryKind.CharacterDevice,
        TarEntryType.BlockDevice => LayerEntryKind.BlockDevice,
        TarEntryType.Fifo => LayerEntryKind.Fifo,
        _ => null,
    };
}

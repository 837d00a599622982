using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Sends a blob in chunks. A chunk stays in memory until it has arrived, so its loss is repaired without reading the source again.</summary>
internal sealed class ChunkSender(RegistryTransport transport, UploadSteps steps, UploadState state, BlobSource blob, int chunkSize)
{
    /// <summary>Sends all that the registry does not have yet, and says what the whole is.</summary>
    /// <exception cref="UploadLostException">The registry lost the upload; the blob starts again.</exception>
    public async Task<BlobIdentity> SendAsync(CancellationToken cancellationToken)
    {
        using var chunks = new ChunkingStream(chunkSize, SendChunkAsync);
        try
        {
            var identity = await blob.WriteToAsync(chunks, state.Offset, cancellationToken).ConfigureAwait(false);
            await chunks.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return identity;
        }
        catch (Exception) when (chunks.Failure is not null)
        {
            chunks.Failure.Throw();
            throw;
        }
    }

    private Task<bool> SendChunkAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        var (start, isUncertain) = (state.Offset, false);
        return transport.Retry.ExecuteAsync(
            async token =>
            {
                if (isUncertain)
                {
                    await FindOutAsync(start, start + chunk.Length, token).ConfigureAwait(false);
                }

                isUncertain = true;
                await SendRestAsync(chunk, start, token).ConfigureAwait(false);
                await state.KeepAsync(chunkSize, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    private async Task SendRestAsync(ReadOnlyMemory<byte> chunk, long start, CancellationToken cancellationToken)
    {
        for (var told = -1L; state.Offset < start + chunk.Length;)
        {
            try
            {
                await SendPieceAsync(chunk[(int)(state.Offset - start)..], cancellationToken).ConfigureAwait(false);
            }
            catch (RangeRefusedException refused) when (refused.Offset != told && refused.Offset >= start && refused.Offset <= start + chunk.Length && refused.Offset != state.Offset)
            {
                // A status may be stale, or count one too many; the refusal is true.
                told = state.Offset = refused.Offset;
            }
            catch (RangeRefusedException refused)
            {
                throw refused.Refusal;
            }
        }
    }

    private async Task FindOutAsync(long start, long end, CancellationToken cancellationToken)
    {
        var status = await steps.AskAsync(state.Url!, cancellationToken).ConfigureAwait(false);
        if (status is null || status.Offset < start || status.Offset > end)
        {
            if (state.Sent > 0)
            {
                transport.Host.Uploads.RememberLoss(state.Sent);
            }

            throw new UploadLostException($"{transport.Host.Registry} lost the upload of {blob.Description}");
        }

        state.Resume(status);
        transport.Log.Verbose($"{transport.Host.Registry} has {state.Offset} bytes of {blob.Description}; going on from there.");
    }

    private async Task SendPieceAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        BlobContent? content = null;
        var range = FormattableString.Invariant($"{state.Offset}-{state.Offset + piece.Length - 1}");
        try
        {
            state.Url = await steps.SendAsync(
                whole: null, state.Url!,
                watch => content = new BlobContent(
                    async (stream, token) => await stream.WriteAsync(piece, token).ConfigureAwait(false), piece.Length, range, watch),
                piece.Length, transport.Host.Uploads.IsLossy, cancellationToken).ConfigureAwait(false);
            state.Offset += piece.Length;
        }
        catch (TransientFailureException failure)
        {
            state.Sent = failure.LostConnection ? content?.Sent ?? 0 : 0;
            throw;
        }
    }
}

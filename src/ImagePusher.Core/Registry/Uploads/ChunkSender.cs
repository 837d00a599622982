using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>
/// Sends a blob in chunks. A chunk stays in memory until it has arrived, so its loss is repaired without reading the source again.
/// </summary>
internal sealed class ChunkSender(
    RegistryTransport transport, UploadRequests requests, UploadProtocol protocol, UploadPosition position, BlobSource blob,
    int chunkSize, RegistryLimits limits)
{
    private ReadOnlyMemory<byte> _chunk;
    private long _start;
    private bool _isUncertain;

    private long End => _start + _chunk.Length;

    /// <summary>Sends all that the registry does not have yet, and returns the digest and size of the blob.</summary>
    /// <exception cref="UploadLostException">The registry lost the upload; the blob starts again.</exception>
    public async Task<BlobIdentity> SendAsync(CancellationToken cancellationToken)
    {
        using var chunks = new ChunkingStream(chunkSize, SendChunkAsync);
        try
        {
            var identity = await blob.WriteToAsync(chunks, position.Offset, cancellationToken).ConfigureAwait(false);
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
        (_chunk, _start, _isUncertain) = (chunk, position.Offset, false);
        return transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken);
    }

    private async Task<bool> AttemptAsync(CancellationToken cancellationToken)
    {
        if (_isUncertain)
        {
            await ResumeAsync(cancellationToken).ConfigureAwait(false);
        }

        _isUncertain = true;
        for (var corrections = 0; position.Offset < End;)
        {
            corrections += await SendRestAsync(
                mayCorrect: corrections < limits.OffsetCorrections, cancellationToken).ConfigureAwait(false) ? 0 : 1;
        }

        await position.KeepAsync(chunkSize, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var status = await protocol.AskAsync(position.Url!, cancellationToken).ConfigureAwait(false);
        if (status is null || status.Offset < _start || status.Offset > End)
        {
            if (position.Sent > 0)
            {
                transport.Host.Uploads.RememberLoss(position.Sent);
            }

            throw new UploadLostException($"{transport.Host.Registry} lost the upload of {blob.Description}");
        }

        position.Resume(status);
        transport.Log.Information(
            $"{transport.Host.Registry} has {position.Offset} bytes of {blob.Description}; resumed at {position.Offset}.");
    }

    // False if the registry corrected the offset (416) and nothing was sent.
    private async Task<bool> SendRestAsync(bool mayCorrect, CancellationToken cancellationToken)
    {
        var body = new ChunkBody(_chunk[(int)(position.Offset - _start)..], position.Offset);
        try
        {
            using var response = await transport.SendAsync(
                requests.Patch(position.Url!, body, transport.Host.Uploads.IsLossy), cancellationToken).ConfigureAwait(false);
            if (response.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return mayCorrect && TryCorrect(response)
                    ? false
                    : throw await transport.FailureOfAsync(response, requests.Purpose, cancellationToken).ConfigureAwait(false);
            }

            position.Url = UploadLocation.Read(response, transport.Host, requests.Purpose) ?? position.Url;
            position.Offset += body.Length!.Value;
            return true;
        }
        catch (TransientFailureException failure)
        {
            position.Sent = failure.LostConnection ? body.Sent : 0;
            throw;
        }
    }

    // A status may be stale, or count one too many; the rejection is true.
    private bool TryCorrect(RegistryResponse response)
    {
        var offset = UploadLocation.ReadOffset(response);
        if (response.Header("Range") is null || offset < _start || offset > End || offset == position.Offset)
        {
            return false;
        }

        position.Offset = offset;
        return true;
    }
}

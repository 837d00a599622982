using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <content>The states: each method sends the requests of one, and returns the next.</content>
internal sealed partial class BlobUpload
{
    // Smaller blobs are sent again sooner than a journal is written.
    private const long JournalledLength = 4 * 1024 * 1024;
    private const long LargeLength = 8 * 1024 * 1024;

    // A smaller loss may be chance.
    private const long SignificantLoss = 1024 * 1024;

    private async Task<UploadState> RecallAsync(CancellationToken cancellationToken)
    {
        if (await _position.FindAsync(cancellationToken).ConfigureAwait(false) is not { } session)
        {
            return UploadState.Open;
        }

        if (await _protocol.AskAsync(session.Location, cancellationToken).ConfigureAwait(false) is { } status
            && status.Offset <= (_blob.Length ?? long.MaxValue))
        {
            _position.Resume(status);
            _transport.Log.Information(
                $"{_host.Registry} has {_position.Offset} bytes of {_blob.Description} from an earlier run; resumed at "
                    + $"{_position.Offset}.");
            return UploadState.Choose;
        }

        // The earlier run was interrupted there: with one blob at a time, the least is lost if this run is interrupted too.
        _transport.Log.Information($"{_host.Registry} lost the upload of {_blob.Description} from an earlier run; it starts again.");
        if (UploadLocation.HasState(session.Location))
        {
            _host.Uploads.RememberEarlierLoss();
        }

        await _position.ForgetAsync(cancellationToken).ConfigureAwait(false);
        return UploadState.Open;
    }

    private async Task<UploadState> OpenAsync(CancellationToken cancellationToken)
    {
        (_position.Url, _choice.MinimumChunk) = await _protocol.OpenAsync(cancellationToken).ConfigureAwait(false);
        _position.Offset = 0;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
        return UploadState.Choose;
    }

    private Task<UploadState> ChooseAsync(CancellationToken cancellationToken)
    {
        _host.Uploads.SignsState = UploadLocation.HasState(_position.Url!);
        return _largePlace is null && _blob.Length is null or >= LargeLength && _host.Uploads.SignsState
            ? WaitAndChooseAsync(cancellationToken)
            : Task.FromResult(Choose());
    }

    private async Task<UploadState> WaitAndChooseAsync(CancellationToken cancellationToken)
    {
        _largePlace = await _host.EnterLargeAsync(cancellationToken).ConfigureAwait(false);
        return Choose();
    }

    private UploadState Choose()
    {
        (_start, _position.Sent, _form) = (_position.Offset, 0, _choice.Choose(_position.Offset));
        if (_start > 0 && _blob is { Digest: { } digest, Length: { } length } && _start == length)
        {
            // All bytes had arrived when a request or an earlier run was interrupted.
            _identity = new BlobIdentity(digest, length);
            return UploadState.Commit;
        }

        return _form switch
        {
            UploadForm.Monolithic => UploadState.Monolithic,
            UploadForm.Chunked => UploadState.Chunked,
            _ => UploadState.Stream,
        };
    }

    private async Task<UploadState> SendMonolithicAsync(CancellationToken cancellationToken)
    {
        var body = new BlobBody(_blob, 0);
        using var response = await SendAsync(
            _requests.Put(_position.Url!, _blob.Digest!, body, _host.Uploads.IsLossy), body, cancellationToken).ConfigureAwait(false);
        return response.Status == HttpStatusCode.RequestedRangeNotSatisfiable
            ? await CorrectOffsetAsync(response, cancellationToken).ConfigureAwait(false)
            : AfterPut(response, body.Identity);
    }

    private async Task<UploadState> SendStreamAsync(CancellationToken cancellationToken)
    {
        var body = new BlobBody(_blob, _position.Offset);
        using var response = await SendAsync(
            _requests.Patch(_position.Url!, body, _host.Uploads.IsLossy), body, cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return await CorrectOffsetAsync(response, cancellationToken).ConfigureAwait(false);
        }

        // A registry may accept only the last Location.
        _position.Url = UploadLocation.Read(response, _host, _requests.Purpose) ?? _position.Url;
        _identity = body.Identity;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
        return UploadState.Commit;
    }

    private async Task<RegistryResponse> SendAsync(RegistryRequest request, UploadBody body, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TransientFailureException failure) when (failure.LostConnection)
        {
            _position.Sent = body.Sent;
            throw;
        }
    }

    private async Task<UploadState> SendChunksAsync(CancellationToken cancellationToken)
    {
        // The buffer does not have to be larger than the remaining bytes.
        var size = Math.Min(_choice.ChunkSize, Math.Max(1, _blob.Length - _position.Offset ?? long.MaxValue));
        if (size > _limits.ChunkLength && size > _host.Settings.ChunkSize)
        {
            throw new LimitExceededException(
                $"{RegistryFailure.Failed(_requests.Purpose)}: {_host.Registry} requires chunks of at least "
                    + $"{_choice.MinimumChunk} bytes (OCI-Chunk-Min-Length), and at most {_limits.ChunkLength} are sent.",
                "Use another upload form, or ask the registry's operator for a smaller minimum.");
        }

        _identity = await new ChunkSender(_transport, _requests, _protocol, _position, _blob, (int)size, _limits).SendAsync(
            cancellationToken).ConfigureAwait(false);
        return UploadState.Commit;
    }

    private async Task<UploadState> CommitAsync(CancellationToken cancellationToken)
    {
        using var response = await _transport.SendAsync(
            _requests.Commit(_position.Url!, _identity), cancellationToken).ConfigureAwait(false);
        if (response.Status != HttpStatusCode.NotFound)
        {
            return AfterPut(response, _identity);
        }

        // The response to an earlier attempt may have been lost after the blob was stored.
        return await ExistsAsync(_identity, cancellationToken).ConfigureAwait(false)
            ? UploadState.Done
            : throw new UploadLostException(
                $"{RegistryFailure.Failed(_requests.Purpose)}: {_host.Registry} lost the upload before its end");
    }

    private UploadState AfterPut(RegistryResponse response, BlobIdentity identity)
    {
        _protocol.CheckStored(response, identity.Digest);
        (_identity, _lastStatus) = (identity, response.Status);
        return response.Status == HttpStatusCode.Created ? UploadState.Done : UploadState.Verify;
    }

    private async Task<UploadState> VerifyAsync(CancellationToken cancellationToken) =>
        await ExistsAsync(_identity, cancellationToken).ConfigureAwait(false)
            ? UploadState.Done
            : throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(_requests.Purpose)}: {_host.Registry} responded with {(int)_lastStatus} instead of 201 "
                    + "to the end of the upload, and does not have the blob.",
                "Check the registry's address: a server that is not a registry may respond in its place.", _lastStatus);

    // After a loss: continues with what the registry has, or opens another upload.
    private async Task<UploadState> ResumeAsync(CancellationToken cancellationToken)
    {
        if (_form == UploadForm.Monolithic && _blob is { Digest: { } known, Length: { } all }
            && await ExistsAsync(_identity = new BlobIdentity(known, all), cancellationToken).ConfigureAwait(false))
        {
            // Only the response was lost; a monolithic PUT has no status that could say so.
            return UploadState.Done;
        }

        _losses++;
        var status = _form == UploadForm.Monolithic
            ? null : await _protocol.AskAsync(_position.Url!, cancellationToken).ConfigureAwait(false);
        var isLost = status is null || status.Offset > (_blob.Length ?? long.MaxValue);
        var isStuck = status?.Offset <= _furthestStart;
        if ((isLost || isStuck) && _position.Sent > 0
            && (_losses > 1 || (_position.Sent >= SignificantLoss && _form != UploadForm.Monolithic)))
        {
            // The bytes of cut requests are gone, or a proxy holds complete requests back and loses them.
            _host.Uploads.RememberLoss(_position.Sent);
        }

        if (isLost)
        {
            return Restart($"{_host.Registry} lost the upload");
        }

        _position.Resume(status!);
        _transport.Log.Information($"{_host.Registry} has {_position.Offset} bytes of {_blob.Description}; resumed at {_position.Offset}.");
        return UploadState.Choose;
    }

    private async Task<UploadState> RestartAsync(CancellationToken cancellationToken)
    {
        await _position.ClearAsync(cancellationToken).ConfigureAwait(false);
        return UploadState.Open;
    }

    private async Task<UploadState> ReopenAsync()
    {
        if (_position.Offset > 0)
        {
            return UploadState.Resume;
        }

        await _protocol.CancelAsync(_position.Url!).ConfigureAwait(false);
        _position.Url = null;
        return UploadState.Open;
    }

    private async Task<UploadState> SpoolAsync(CancellationToken cancellationToken)
    {
        var next = await ReopenAsync().ConfigureAwait(false);
        _spooled = await SpooledBlob.CreateAsync(_blob, _spoolFolder, cancellationToken).ConfigureAwait(false);
        (_blob, _choice) = (_spooled.Blob,
            new UploadFormChoice(_spooled.Blob, _host.Settings, _host.Uploads) { MinimumChunk = _choice.MinimumChunk });
        return next;
    }

    // A status may be stale, or count one too many; the rejection is true.
    private async Task<UploadState> CorrectOffsetAsync(RegistryResponse response, CancellationToken cancellationToken)
    {
        var offset = UploadLocation.ReadOffset(response);
        if (response.Header("Range") is not null && offset != _start && offset <= (_blob.Length ?? long.MaxValue) && TakeRecovery())
        {
            _position.Offset = offset;
            return UploadState.Choose;
        }

        throw await _transport.FailureOfAsync(response, _requests.Purpose, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask KeepAsync(CancellationToken cancellationToken) =>
        _position.KeepAsync((int)Math.Min(_choice.ChunkSize, int.MaxValue), cancellationToken);

    private Task<bool> ExistsAsync(BlobIdentity blob, CancellationToken cancellationToken) =>
        BlobLookup.ExistsAsync(_transport, _repository, blob.Digest, blob.Size, cancellationToken);
}

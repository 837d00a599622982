using System.Net;
using System.Runtime.ExceptionServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The upload of one blob, from the first POST to its PUT: picks a form, steps down, goes on where a connection was lost.</summary>
internal sealed class BlobUpload
{
    // Smaller blobs are sent again sooner than a journal is written.
    private const long JournalledLength = 4 * 1024 * 1024;
    private const long LargeLength = 8 * 1024 * 1024;
    private const long TellingLoss = 1024 * 1024;

    private readonly RegistryTransport _transport;
    private readonly RegistryHost _host;
    private readonly UploadSteps _steps;
    private readonly UploadState _state;
    private readonly string? _spoolFolder;
    private BlobSource _blob;
    private UploadForms _forms;
    private SpooledBlob? _spooled;
    private Gate.Place? _largePlace;
    private UploadForm _form;
    private long _furthestStart = -1;
    private bool _isUncertain;
    private bool _startedAgain;
    private int _losses;

    /// <param name="transport">The way to the registry.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="journal">Keeps the upload across processes; null for none.</param>
    /// <param name="openedUrl">An upload that the registry opened already, when it did not mount; null for none.</param>
    /// <param name="spoolFolder">Where a blob of unknown length is kept if the registry insists on knowing it.</param>
    public BlobUpload(RegistryTransport transport, string repository, BlobSource blob, IUploadJournal? journal, string? openedUrl, string? spoolFolder)
    {
        (_transport, _host, _blob, _spoolFolder) = (transport, transport.Host, new GuardedSource(blob), spoolFolder);
        _forms = new UploadForms(blob, _host.Options, _host.Uploads);
        _steps = new UploadSteps(transport, repository, $"uploading {blob.Description} to {_host.Registry}/{repository}");
        _state = new UploadState($"{_host.Registry}/{repository} {blob.ResumeKey}", blob.Length is null or >= JournalledLength ? journal : null, transport.Time) { Url = openedUrl };
    }

    /// <summary>Uploads the blob and says what it is.</summary>
    /// <exception cref="RegistryException">The registry refused it in every form, or could not be reached.</exception>
    public async Task<BlobIdentity> RunAsync(CancellationToken cancellationToken)
    {
        var (isDone, isKept) = (false, false);
        try
        {
            await RecallAsync(cancellationToken).ConfigureAwait(false);
            using var place = await _host.Uploading.EnterAsync(cancellationToken).ConfigureAwait(false);
            var identity = await _transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken).ConfigureAwait(false);
            isDone = true;
            return identity;
        }
        catch (Exception error) when (error is OperationCanceledException or RegistryUnreachableException or RegistryUnavailableException)
        {
            // Another process can go on with what is there.
            isKept = _state.IsJournalled;
            throw;
        }
        catch (SourceFailedException source)
        {
            isKept = _state.IsJournalled && source.Failure is RegistryUnreachableException or RegistryUnavailableException;
            ExceptionDispatchInfo.Throw(source.Failure);
            throw;
        }
        finally
        {
            _largePlace?.Dispose();
            _spooled?.Dispose();
            if (!isDone && !isKept && _state.Url is { } url)
            {
                await _state.ForgetAsync(CancellationToken.None).ConfigureAwait(false);
                await _steps.CancelAsync(url).ConfigureAwait(false);
            }
        }
    }

    private async Task<BlobIdentity> AttemptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_isUncertain && _form == UploadForm.Whole && _blob is { Digest: { } known, Length: { } all } && await _steps.HasAsync(known, cancellationToken).ConfigureAwait(false))
            {
                // Only the answer was lost; a whole PUT has no status that could tell.
                await _state.ForgetAsync(cancellationToken).ConfigureAwait(false);
                return new BlobIdentity(known, all);
            }

            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            var start = _state.Offset;
            _form = _forms.Choose(start);
            try
            {
                var identity = await SendAsync(cancellationToken).ConfigureAwait(false);
                await _state.ForgetAsync(cancellationToken).ConfigureAwait(false);
                _forms.Remember(_form);
                return identity;
            }
            catch (TransientFailureException failure)
            {
                failure.MadeProgress = start > _furthestStart && _furthestStart >= 0;
                _furthestStart = Math.Max(start, _furthestStart);
                _isUncertain = true;
                if (failure.Final.StatusCode == HttpStatusCode.InternalServerError && _state.WasResumed && !_startedAgain)
                {
                    // A session that was cut may be broken for good, though its status looks well.
                    await StartAgainOnceAsync(failure.Message, cancellationToken).ConfigureAwait(false);
                }

                throw;
            }
            catch (UploadLostException lost)
            {
                await StartAgainAsync(lost.Message, cancellationToken).ConfigureAwait(false);
                throw new TransientFailureException(new RegistryUnavailableException(
                    lost.Message + ".", "Try again; if it stays so, the connection is cut more often than the registry can bear."));
            }
            catch (RangeRefusedException refused) when (!_startedAgain && refused.Offset != start && refused.Offset <= (_blob.Length ?? long.MaxValue))
            {
                // A status may be stale, or count one too many; the refusal is true.
                (_startedAgain, _state.Offset) = (true, refused.Offset);
            }
            catch (RegistryProtocolException refusal) when (!_startedAgain && (refusal.ErrorCode == "DIGEST_INVALID" || MeansNoSecondStream(refusal)))
            {
                await StartAgainOnceAsync(refusal.Message, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (UploadForms.RefusalIn(error) is { } refusal && _forms.StepDown(_form, refusal.StatusCode))
            {
                _transport.Log.Verbose($"{refusal.Message} It is tried in another form: {_forms.Choose(0)}, in chunks at most {_forms.ChunkSize} bytes each.");
                await ReopenAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (UploadForms.RefusalIn(error) is { } refusal && _forms.MaySpool && _spooled is null)
            {
                _transport.Log.Verbose($"{refusal.Message} It is kept in a file first, so that its length is known.");
                await ReopenAsync().ConfigureAwait(false);
                _spooled = await SpooledBlob.CreateAsync(_blob, _spoolFolder, cancellationToken).ConfigureAwait(false);
                (_blob, _forms) = (_spooled.Blob, new UploadForms(_spooled.Blob, _host.Options, _host.Uploads) { MinimumChunk = _forms.MinimumChunk });
            }
            catch (RangeRefusedException refused)
            {
                throw refused.Refusal;
            }
        }
    }

    // Leaves an upload in which the next byte may be sent.
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_isUncertain && _state.Url is not null)
        {
            await FindOutAsync(_state.Url, cancellationToken).ConfigureAwait(false);
        }

        (_isUncertain, _state.Sent) = (false, 0);
        if (_state.Url is null)
        {
            var opened = await _steps.OpenAsync(cancellationToken).ConfigureAwait(false);
            (_state.Url, _state.Offset, _forms.MinimumChunk) = (opened.Url, 0, opened.MinimumChunk);
            await _state.KeepAsync(_forms.ChunkSize, cancellationToken).ConfigureAwait(false);
        }

        _host.Uploads.SignsState = UploadLocation.HasState(_state.Url);
        if (_largePlace is null && _blob.Length is null or >= LargeLength && _host.Uploads.SignsState)
        {
            _largePlace = await _host.EnterLargeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // After a loss: goes on with what the registry has, or opens another upload.
    private async Task FindOutAsync(string url, CancellationToken cancellationToken)
    {
        _losses++;
        var status = _form == UploadForm.Whole ? null : await _steps.AskAsync(url, cancellationToken).ConfigureAwait(false);
        var isLost = status is null || status.Offset > (_blob.Length ?? long.MaxValue);
        var isStuck = status?.Offset <= _furthestStart;
        if ((isLost || isStuck) && _state.Sent > 0 && (_losses > 1 || (_state.Sent >= TellingLoss && _form != UploadForm.Whole)))
        {
            // What was cut is gone, or something on the way holds whole requests back and loses them. A small loss may be chance.
            _host.Uploads.RememberLoss(_state.Sent);
        }

        if (isLost)
        {
            await StartAgainAsync($"{_host.Registry} lost the upload", cancellationToken).ConfigureAwait(false);
            return;
        }

        _state.Resume(status!);
        _transport.Log.Verbose($"{_host.Registry} has {_state.Offset} bytes of {_blob.Description}; going on from there.");
    }

    private async Task<BlobIdentity> SendAsync(CancellationToken cancellationToken)
    {
        if (_state.Offset > 0 && _blob is { Digest: { } digest, Length: { } length } && _state.Offset == length)
        {
            // All of it was there when a request or an earlier run was cut off: only the end is missing.
            var whole = new BlobIdentity(digest, length);
            await _steps.CommitAsync(_state.Url!, whole, cancellationToken).ConfigureAwait(false);
            return whole;
        }

        if (_form == UploadForm.Chunked)
        {
            var chunked = await new ChunkSender(_transport, _steps, _state, _blob, _forms.ChunkSize).SendAsync(cancellationToken).ConfigureAwait(false);
            await _steps.CommitAsync(_state.Url!, chunked, cancellationToken).ConfigureAwait(false);
            return chunked;
        }

        BlobIdentity identity = default;
        BlobContent? content = null;
        var (offset, isWhole) = (_state.Offset, _form == UploadForm.Whole);
        var range = offset > 0 && _blob.Length is { } all ? FormattableString.Invariant($"{offset}-{all - 1}") : null;
        try
        {
            _state.Url = await _steps.SendAsync(
                whole: isWhole ? _blob.Digest : null, _state.Url!,
                watch => content = new BlobContent(
                    async (stream, token) => identity = await _blob.WriteToAsync(stream, offset, token).ConfigureAwait(false), _blob.Length - offset, range, watch),
                _blob.Length - offset, _host.Uploads.IsLossy, cancellationToken).ConfigureAwait(false);
        }
        catch (TransientFailureException failure) when (failure.LostConnection)
        {
            _state.Sent = content?.Sent ?? 0;
            throw;
        }

        if (!isWhole)
        {
            // A registry may know the last Location alone.
            await _state.KeepAsync(_forms.ChunkSize, cancellationToken).ConfigureAwait(false);
            await _steps.CommitAsync(_state.Url, identity, cancellationToken).ConfigureAwait(false);
        }

        return identity;
    }

    // Some registries take one stream, and no second one that goes on after it.
    private bool MeansNoSecondStream(RegistryProtocolException refusal) =>
        _state.WasResumed && UploadForms.RefusalIn(refusal) is not null && refusal.StatusCode is not HttpStatusCode.RequestEntityTooLarge;

    private async Task ReopenAsync()
    {
        if (_state.Offset > 0)
        {
            _isUncertain = true;
            return;
        }

        await _steps.CancelAsync(_state.Url!).ConfigureAwait(false);
        _state.Url = null;
    }

    private ValueTask StartAgainOnceAsync(string why, CancellationToken cancellationToken)
    {
        _startedAgain = true;
        return StartAgainAsync(why.TrimEnd('.'), cancellationToken);
    }

    private async ValueTask StartAgainAsync(string why, CancellationToken cancellationToken)
    {
        _transport.Log.Verbose($"{_blob.Description} starts again: {why}.");
        _isUncertain = false;
        await _state.ClearAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RecallAsync(CancellationToken cancellationToken)
    {
        if (_state.Url is not null || await _state.FindAsync(cancellationToken).ConfigureAwait(false) is not { } session)
        {
            return;
        }

        if (await _steps.AskAsync(session.Location, cancellationToken).ConfigureAwait(false) is { } status && status.Offset <= (_blob.Length ?? long.MaxValue))
        {
            _state.Resume(status);
            _transport.Log.Verbose($"{_host.Registry} has {status.Offset} bytes of {_blob.Description} from an earlier run; going on from there.");
            return;
        }

        // It was cut there: finishing blobs one after the other loses least when this run is cut too.
        _transport.Log.Verbose($"{_host.Registry} lost the upload of {_blob.Description} from an earlier run; it starts again.");
        if (UploadLocation.HasState(session.Location))
        {
            _host.Uploads.RememberEarlierLoss();
        }

        await _state.ForgetAsync(cancellationToken).ConfigureAwait(false);
    }
}

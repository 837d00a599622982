using System.Net;
using System.Runtime.ExceptionServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The upload of one blob: a state machine from the open upload to the stored blob.</summary>
/// <remarks>
/// Before it, <see cref="Blobs.BlobMount"/> may have tried to mount the blob; where the registry opened an upload instead, the
/// machine starts at Choose with that upload. <see cref="UploadTransitions"/> has the same transitions; no other is made.
/// <code>
/// State       Request             Next state
/// Recall      GET status          Choose; Open where no earlier upload is known, or the registry lost it
/// Open        POST                Choose
/// Choose                          Monolithic, Stream or Chunked; Commit if all bytes have arrived
/// Monolithic  PUT with the blob   Done; Verify unless the status is 201
/// Stream      PATCH               Commit
/// Chunked     PATCH per chunk     Commit
/// Commit      PUT                 Done; Verify unless the status is 201
///             HEAD blob           Done after a 404, if the blob is stored; else the registry lost the upload
/// Verify      HEAD blob           Done
/// Resume      GET status          Choose; Restart if the upload is lost
///             HEAD blob           Done after a monolithic PUT that arrived; else Restart
/// Restart                         Open
/// StepDown    DELETE              Open; Resume where bytes have arrived
/// Spool       DELETE              Open; Resume where bytes have arrived
///
/// Failure in Monolithic, Stream, Chunked or Commit                Next state
/// connection lost, 408, 429, 5xx                                  Resume, after the retry's delay
/// 500 after a resumed upload                                      Restart, after the delay (one recovery)
/// the registry lost the upload                                    Restart, after the delay
/// 416 that names another offset                                   Choose (one recovery)
/// DIGEST_INVALID, or a second stream that is rejected             Restart (one recovery)
/// 400, 404, 405, 411, 413, 416, 501, and another form is left     StepDown
/// the same, no form is left, and the length was unknown           Spool
/// anything else                                                   none: the failure leaves
/// </code>
/// The rows with "one recovery" share it: an upload recovers once from a response that says that registry and client disagree. A second
/// such response is a failure, or another form is tried. Two states take lost connections and busy registries themselves, and only
/// what fails after that leaves: a chunk is sent again, and its offset corrected, by <see cref="ChunkSender"/>; the PUT of Commit,
/// which can be repeated, by the RetryHandler. A failure that leaves cancels the upload at the registry, unless a later process can
/// resume it.
/// </remarks>
internal sealed partial class BlobUpload
{
    private readonly RegistryTransport _transport;
    private readonly RegistryHost _host;
    private readonly string _repository;
    private readonly UploadRequests _requests;
    private readonly UploadProtocol _protocol;
    private readonly UploadPosition _position;
    private readonly RegistryLimits _limits;
    private readonly string? _spoolFolder;
    private BlobSource _blob;
    private UploadFormChoice _choice;
    private SpooledBlob? _spooled;
    private ResizableSemaphore.Slot? _largePlace;
    private UploadState _state = UploadState.Recall;
    private UploadForm _form;
    private BlobIdentity _identity;
    private HttpStatusCode _lastStatus;
    private long _start;
    private long _furthestStart = -1;
    private long _renewedAt;
    private int _losses;
    private bool _hasRecovered;

    /// <param name="transport">Sends the requests.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="client">The journal, the folder for spooled blobs, and the limits.</param>
    /// <param name="openedUrl">An upload that the registry opened when it did not mount; null for none.</param>
    public BlobUpload(RegistryTransport transport, string repository, BlobSource blob, RegistryClientOptions client, string? openedUrl)
    {
        (_transport, _host, _repository, _blob) = (transport, transport.Host, repository, new GuardedSource(blob));
        (_spoolFolder, _limits) = (client.SpoolFolder, client.Limits);
        _choice = new UploadFormChoice(blob, _host.Settings, _host.Uploads);
        _requests = new UploadRequests(repository, $"uploading {blob.Description} to {_host.Registry}/{repository}");
        _protocol = new UploadProtocol(transport, _requests);
        _position = new UploadPosition(
            $"{_host.Registry}/{repository} {blob.ResumeKey}", blob.Length is null or >= JournalledLength
                ? client.UploadJournal : null, transport.Time)
        {
            Url = openedUrl,
        };
        if (openedUrl is not null)
        {
            MoveTo(UploadState.Choose);
        }
    }

    /// <summary>Uploads the blob and returns its digest and size.</summary>
    /// <exception cref="RegistryException">The registry rejected it in every form, or could not be reached.</exception>
    /// <exception cref="LimitExceededException">The registry requires chunks that are too large to keep in memory.</exception>
    public async Task<BlobIdentity> RunAsync(CancellationToken cancellationToken)
    {
        var isKept = false;
        IAsyncDisposable? opened = null;
        try
        {
            if (_state == UploadState.Recall)
            {
                MoveTo(_position.IsJournalled ? await RecallAsync(cancellationToken).ConfigureAwait(false) : UploadState.Open);
            }

            using var place = await _host.Uploading.EnterAsync(cancellationToken).ConfigureAwait(false);
            opened = _state == UploadState.Open ? _blob.Open(cancellationToken) : null;
            return await _transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or RegistryUnreachableException or RegistryUnavailableException)
        {
            // A later process can resume it.
            isKept = _position.IsJournalled;
            throw;
        }
        catch (SourceFailedException source)
        {
            isKept = _position.IsJournalled && source.Failure is RegistryUnreachableException or RegistryUnavailableException;
            ExceptionDispatchInfo.Throw(source.Failure);
            throw;
        }
        finally
        {
            if (opened is not null)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            _largePlace?.Dispose();
            _spooled?.Dispose();
            if (_state != UploadState.Done && !isKept && _position.Url is { } url)
            {
                await _position.ForgetAsync(CancellationToken.None).ConfigureAwait(false);
                await _protocol.CancelAsync(url).ConfigureAwait(false);
            }
        }
    }

    // Runs until the blob is stored, or until a failure that the retry's delay comes after; the state is then the one to continue in.
    private async Task<BlobIdentity> AttemptAsync(CancellationToken cancellationToken)
    {
        while (_state != UploadState.Done)
        {
            try
            {
                MoveTo(await RunStateAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (TransientFailureException failure) when (UploadTransitions.IsSending(_state))
            {
                MoveTo(AfterLoss(failure));
                throw;
            }
            catch (UploadLostException lost)
            {
                MoveTo(Restart(lost.Message));
                throw new TransientFailureException(new RegistryUnavailableException(
                    lost.Message + ".",
                    "Try again. If it fails again, the connection is lost more often than the registry can resume an upload."));
            }
            catch (RegistryException rejection) when (UploadTransitions.IsSending(_state))
            {
                if (AfterRejection(rejection) is not { } next)
                {
                    throw;
                }

                MoveTo(next);
            }
        }

        await _position.ForgetAsync(cancellationToken).ConfigureAwait(false);
        _choice.Remember(_form);
        return _identity;
    }

    private Task<UploadState> RunStateAsync(CancellationToken cancellationToken) => _state switch
    {
        UploadState.Open => OpenAsync(cancellationToken),
        UploadState.Choose => ChooseAsync(cancellationToken),
        UploadState.Monolithic => SendMonolithicAsync(cancellationToken),
        UploadState.Stream => SendStreamAsync(cancellationToken),
        UploadState.Chunked => SendChunksAsync(cancellationToken),
        UploadState.Commit => CommitAsync(cancellationToken),
        UploadState.Verify => VerifyAsync(cancellationToken),
        UploadState.Resume => ResumeAsync(cancellationToken),
        UploadState.Restart => RestartAsync(cancellationToken),
        UploadState.StepDown => ReopenAsync(),
        UploadState.Spool => SpoolAsync(cancellationToken),
        _ => throw new InvalidOperationException($"An upload does not run in the state {_state}."),
    };

    private void MoveTo(UploadState next) => _state = UploadTransitions.Allow(_state, next)
        ? next
        : throw new InvalidOperationException($"An upload does not go from {_state} to {next}.");

    private UploadState AfterLoss(TransientFailureException failure)
    {
        // A few bytes per connection are not progress, or the retries would never end.
        failure.MadeProgress = _furthestStart >= 0 && _start >= _renewedAt + _limits.RetryRenewalLength;
        _renewedAt = failure.MadeProgress || _furthestStart < 0 ? _start : _renewedAt;
        _furthestStart = Math.Max(_start, _furthestStart);
        return failure.Final.StatusCode == HttpStatusCode.InternalServerError && _position.WasResumed && TakeRecovery()
            ? Restart(failure.Message.TrimEnd('.'))
            : UploadState.Resume;
    }

    private UploadState? AfterRejection(RegistryException rejection)
    {
        var isForm = UploadFormChoice.IsRejection(rejection);

        // Some registries accept one stream, and no second one that continues it.
        var isSecondStream = isForm && _position.WasResumed && rejection.StatusCode is not HttpStatusCode.RequestEntityTooLarge;
        if ((isSecondStream || rejection is RegistryProtocolException { ErrorCode: "DIGEST_INVALID" }) && TakeRecovery())
        {
            return Restart(rejection.Message.TrimEnd('.'));
        }

        if (isForm && _choice.StepDown(_form, rejection.StatusCode))
        {
            _transport.Log.Information(
                $"{rejection.Message} Trying another form: {_choice.Choose(0)}, with chunks of at most {_choice.ChunkSize} bytes.");
            return UploadState.StepDown;
        }

        if (isForm && _choice.MaySpool && _spooled is null)
        {
            _transport.Log.Information($"{rejection.Message} Writing the blob to a file first, so that its length is known.");
            return UploadState.Spool;
        }

        return null;
    }

    // True once.
    private bool TakeRecovery() => !_hasRecovered && (_hasRecovered = true);

    private UploadState Restart(string cause)
    {
        _transport.Log.Information($"The upload of {_blob.Description} starts again: {cause}.");
        return UploadState.Restart;
    }
}

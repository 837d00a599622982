using System.Net;
using System.Runtime.ExceptionServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The upload of one blob: a state machine from the open upload to the stored blob.</summary>
/// <remarks>
/// Before it, <see cref="Blobs.BlobMount"/> may have tried to mount the blob; where the registry opened an upload instead, the
/// machine starts at Choose with that upload.
/// <code>
/// State       Request             Next state
/// Recall      GET status          Choose; Open where no earlier upload is known
/// Open        POST                Choose
/// Choose                          Monolithic, Stream or Chunked; Commit if all bytes have arrived
/// Monolithic  PUT with the blob   Done; Verify unless the status is 201
/// Stream      PATCH               Commit
/// Chunked     PATCH per chunk     Commit
/// Commit      PUT                 Done; Verify unless the status is 201
/// Verify      HEAD blob           Done
/// Resume      GET status          Choose; Restart if the upload is lost
///             HEAD blob           Done after a monolithic PUT that arrived; else Restart
/// Restart                         Open
/// StepDown    DELETE              Open; Resume where bytes have arrived
/// Spool       DELETE              Open; Resume where bytes have arrived
///
/// Failure while sending or committing                             Next state
/// connection lost, 408, 429, 5xx                                  Resume, after the retry's delay
/// 500 after a resumed upload                                      Restart, after the delay (one recovery)
/// the registry lost the upload                                    Restart, after the delay
/// 416 that names another offset                                   Choose (one recovery)
/// DIGEST_INVALID, or a second stream that is rejected             Restart (one recovery)
/// 400, 404, 405, 411, 413, 416, 501, and another form is left     StepDown
/// the same, no form is left, and the length was unknown           Spool
/// anything else                                                   the upload is canceled, and the failure leaves
/// </code>
/// The rows with "one recovery" share it: an upload recovers once from a response that says that registry and client disagree. A second
/// such response is a failure, or another form is tried.
/// </remarks>
internal sealed partial class BlobUpload
{
    private readonly RegistryTransport _transport;
    private readonly RegistryHost _host;
    private readonly string _repository;
    private readonly UploadRequests _requests;
    private readonly UploadConversation _conversation;
    private readonly UploadPosition _position;
    private readonly RegistryLimits _limits;
    private readonly string? _spoolFolder;
    private BlobSource _blob;
    private UploadFormChoice _choice;
    private SpooledBlob? _spooled;
    private Gate.Place? _largePlace;
    private UploadStage _stage;
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
        _conversation = new UploadConversation(transport, _requests);
        _position = new UploadPosition(
            $"{_host.Registry}/{repository} {blob.ResumeKey}", blob.Length is null or >= JournalledLength
                ? client.UploadJournal : null, transport.Time)
        {
            Url = openedUrl,
        };
        _stage = openedUrl is null ? UploadStage.Recall : UploadStage.Choose;
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
            if (_stage == UploadStage.Recall)
            {
                _stage = _position.IsJournalled ? await RecallAsync(cancellationToken).ConfigureAwait(false) : UploadStage.Open;
            }

            using var place = await _host.Uploading.EnterAsync(cancellationToken).ConfigureAwait(false);
            opened = _stage == UploadStage.Open ? _blob.Open(cancellationToken) : null;
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
            if (_stage != UploadStage.Done && !isKept && _position.Url is { } url)
            {
                await _position.ForgetAsync(CancellationToken.None).ConfigureAwait(false);
                await _conversation.CancelAsync(url).ConfigureAwait(false);
            }
        }
    }

    // Runs until the blob is stored, or until a failure that the retry's delay comes after; the state is then the one to continue in.
    private async Task<BlobIdentity> AttemptAsync(CancellationToken cancellationToken)
    {
        while (_stage != UploadStage.Done)
        {
            try
            {
                _stage = await RunStageAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure) when (IsSending)
            {
                _stage = AfterLoss(failure);
                throw;
            }
            catch (UploadLostException lost)
            {
                _stage = Restart(lost.Message);
                throw new TransientFailureException(new RegistryUnavailableException(
                    lost.Message + ".",
                    "Try again. If it fails again, the connection is lost more often than the registry can resume an upload."));
            }
            catch (RegistryException rejection) when (IsSending)
            {
                if (AfterRejection(rejection) is not { } next)
                {
                    throw;
                }

                _stage = next;
            }
        }

        await _position.ForgetAsync(cancellationToken).ConfigureAwait(false);
        _choice.Remember(_form);
        return _identity;
    }

    private Task<UploadStage> RunStageAsync(CancellationToken cancellationToken) => _stage switch
    {
        UploadStage.Open => OpenAsync(cancellationToken),
        UploadStage.Choose => ChooseAsync(cancellationToken),
        UploadStage.Monolithic => SendMonolithicAsync(cancellationToken),
        UploadStage.Stream => SendStreamAsync(cancellationToken),
        UploadStage.Chunked => SendChunksAsync(cancellationToken),
        UploadStage.Commit => CommitAsync(cancellationToken),
        UploadStage.Verify => VerifyAsync(cancellationToken),
        UploadStage.Resume => ResumeAsync(cancellationToken),
        UploadStage.Restart => RestartAsync(cancellationToken),
        UploadStage.StepDown => ReopenAsync(),
        UploadStage.Spool => SpoolAsync(cancellationToken),
        _ => throw new InvalidOperationException($"An upload does not run in the state {_stage}."),
    };

    private bool IsSending => _stage is UploadStage.Monolithic or UploadStage.Stream or UploadStage.Chunked or UploadStage.Commit;

    private UploadStage AfterLoss(TransientFailureException failure)
    {
        // A few bytes per connection are not progress, or the retries would never end.
        failure.MadeProgress = _furthestStart >= 0 && _start >= _renewedAt + _limits.RetryRenewalLength;
        _renewedAt = failure.MadeProgress || _furthestStart < 0 ? _start : _renewedAt;
        _furthestStart = Math.Max(_start, _furthestStart);
        return failure.Final.StatusCode == HttpStatusCode.InternalServerError && _position.WasResumed && TakeRecovery()
            ? Restart(failure.Message.TrimEnd('.'))
            : UploadStage.Resume;
    }

    private UploadStage? AfterRejection(RegistryException rejection)
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
            _transport.Log.Verbose(
                $"{rejection.Message} Trying another form: {_choice.Choose(0)}, with chunks of at most {_choice.ChunkSize} bytes.");
            return UploadStage.StepDown;
        }

        if (isForm && _choice.MaySpool && _spooled is null)
        {
            _transport.Log.Verbose($"{rejection.Message} Writing the blob to a file first, so that its length is known.");
            return UploadStage.Spool;
        }

        return null;
    }

    // True once.
    private bool TakeRecovery() => !_hasRecovered && (_hasRecovered = true);

    private UploadStage Restart(string cause)
    {
        _transport.Log.Verbose($"The upload of {_blob.Description} starts again: {cause}.");
        return UploadStage.Restart;
    }
}

using System.Net;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The forms of upload that a host has accepted and rejected in this session.</summary>
internal sealed class UploadCapabilities(TimeProvider time)
{
    // A short failure must not slow down a session that lasts for hours.
    private static readonly TimeSpan LossLife = TimeSpan.FromMinutes(10);

    // A timer may end a little early.
    private static readonly TimeSpan IgnoredAnnouncement = BodyAnnouncement.Limit - TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private UploadForm _form = UploadForm.Stream;
    private long _maximumBody = long.MaxValue;
    private long _lossChunk = long.MaxValue;
    private volatile bool _announces = true;
    private DateTimeOffset _lossEnds;
    private DateTimeOffset _earlierLossEnds;
    private volatile bool _signsSessionState;
    private volatile bool _rejectsChunks;
    private volatile bool _rejectsMonolithic;

    /// <summary>The last form that succeeded for a blob that is not small; Stream until another one did.</summary>
    public UploadForm Form
    {
        get { lock (_lock) { return _form; } }
    }

    /// <summary>The maximum number of bytes of a request body; larger blobs are sent in chunks.</summary>
    public long MaximumBody
    {
        get { lock (_lock) { return _maximumBody; } }
    }

    /// <summary>The chunk size for a connection that is cut repeatedly; long.MaxValue where none was cut recently.</summary>
    public long LossChunk
    {
        get { lock (_lock) { return time.GetUtcNow() < _lossEnds ? _lossChunk : long.MaxValue; } }
    }

    /// <summary>True if each chunk uses a new connection, because connections are cut after a number of bytes.</summary>
    public bool IsLossy => LossChunk != long.MaxValue;

    /// <summary>True if bodies are announced by Expect: 100-continue.</summary>
    public bool Announces => _announces;

    /// <summary>
    /// True if upload Locations carry distribution's signed state: such an upload is lost completely when a request is cut.
    /// </summary>
    public bool SignsState
    {
        get => _signsSessionState;
        set => _signsSessionState |= value;
    }

    /// <summary>True if chunks were rejected and another form was accepted.</summary>
    public bool RejectsChunks => _rejectsChunks;

    /// <summary>True if a monolithic PUT was rejected and another form was accepted.</summary>
    public bool RejectsMonolithic => _rejectsMonolithic;

    /// <summary>Records that a blob was accepted in this form and within this limit, after these forms were rejected.</summary>
    public void Remember(UploadForm form, long maximumBody, IReadOnlySet<UploadForm> rejected)
    {
        lock (_lock)
        {
            _rejectsChunks |= rejected.Contains(UploadForm.Chunked);
            _rejectsMonolithic |= rejected.Contains(UploadForm.Monolithic);
            _form = form;
            _maximumBody = Math.Min(_maximumBody, maximumBody);
        }
    }

    /// <summary>Records that a request was interrupted and its bytes are lost: for ten minutes, each chunk has at most half the received
    /// length.</summary>
    public void RememberLoss(long arrived)
    {
        const long smallest = 512 * 1024, largest = 8 * 1024 * 1024;
        lock (_lock)
        {
            var chunk = Math.Clamp(arrived / 2, smallest, largest);
            _lossChunk = time.GetUtcNow() < _lossEnds ? Math.Min(_lossChunk, chunk) : chunk;
            _lossEnds = time.GetUtcNow() + LossLife;
        }
    }

    /// <summary>True for ten minutes after an upload of an earlier run was found to be lost.</summary>
    public bool LostEarlier
    {
        get { lock (_lock) { return time.GetUtcNow() < _earlierLossEnds; } }
    }

    /// <summary>Records that an upload of an earlier run is lost: for ten minutes, fewer large blobs are sent concurrently.</summary>
    public void RememberEarlierLoss()
    {
        lock (_lock)
        {
            _earlierLossEnds = time.GetUtcNow() + LossLife;
        }
    }

    /// <summary>Disables the announcement if the server rejects it (417) or ignores it, which takes seconds per request.</summary>
    public void LearnAnnouncement(HttpStatusCode status, TimeSpan? waited)
    {
        if (status == HttpStatusCode.ExpectationFailed || waited >= IgnoredAnnouncement)
        {
            _announces = false;
        }
    }
}

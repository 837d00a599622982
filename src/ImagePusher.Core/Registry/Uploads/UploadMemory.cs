using System.Net;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>What a host was seen to take, so that no upload of the session learns it again.</summary>
internal sealed class UploadMemory(TimeProvider time)
{
    // A glitch must not slow down a session that lasts for hours.
    private static readonly TimeSpan LossLife = TimeSpan.FromMinutes(10);

    /// <summary>How long a server has to answer an announced body, before it is sent unasked.</summary>
    public static readonly TimeSpan AnnouncementLimit = TimeSpan.FromSeconds(3);

    // A timer may end a little early.
    private static readonly TimeSpan IgnoredAnnouncement = AnnouncementLimit - TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private UploadForm _form = UploadForm.Stream;
    private long _maximumBody = long.MaxValue;
    private long _lossChunk = long.MaxValue;
    private volatile bool _announces = true;
    private DateTimeOffset _lossEnds;
    private DateTimeOffset _earlierLossEnds;
    private volatile bool _signsState;
    private volatile bool _refusesChunks;
    private volatile bool _refusesWhole;

    /// <summary>The form that worked last for a blob that is not small; Stream until something else did.</summary>
    public UploadForm Form
    {
        get { lock (_lock) { return _form; } }
    }

    /// <summary>The most bytes that a request's body may have; larger blobs go in chunks.</summary>
    public long MaximumBody
    {
        get { lock (_lock) { return _maximumBody; } }
    }

    /// <summary>The chunk that got through a connection that is cut again and again; long.MaxValue where none was of late.</summary>
    public long LossChunk
    {
        get { lock (_lock) { return time.GetUtcNow() < _lossEnds ? _lossChunk : long.MaxValue; } }
    }

    /// <summary>True if each chunk takes a connection of its own, because connections are cut after so many bytes.</summary>
    public bool IsLossy => LossChunk != long.MaxValue;

    /// <summary>True if bodies are announced by Expect: 100-continue.</summary>
    public bool Announces => _announces;

    /// <summary>
    /// True if upload Locations carry distribution's signed state: an upload whose request was cut is lost there with all it had.
    /// </summary>
    public bool SignsState
    {
        get => _signsState;
        set => _signsState |= value;
    }

    /// <summary>True if chunks were refused, and another form was taken.</summary>
    public bool RefusesChunks => _refusesChunks;

    /// <summary>True if a whole PUT was refused, and another form was taken.</summary>
    public bool RefusesWhole => _refusesWhole;

    /// <summary>A blob arrived by this form and within this limit, after these forms were refused.</summary>
    public void Remember(UploadForm form, long maximumBody, IReadOnlySet<UploadForm> refused)
    {
        lock (_lock)
        {
            _refusesChunks |= refused.Contains(UploadForm.Chunked);
            _refusesWhole |= refused.Contains(UploadForm.Whole);
            _form = form;
            _maximumBody = Math.Min(_maximumBody, maximumBody);
        }
    }

    /// <summary>A request was cut and its bytes are lost: for a while each chunk is at most half of what got through.</summary>
    public void RememberLoss(long gotThrough)
    {
        const long smallest = 512 * 1024, largest = 8 * 1024 * 1024;
        lock (_lock)
        {
            var chunk = Math.Clamp(gotThrough / 2, smallest, largest);
            _lossChunk = time.GetUtcNow() < _lossEnds ? Math.Min(_lossChunk, chunk) : chunk;
            _lossEnds = time.GetUtcNow() + LossLife;
        }
    }

    /// <summary>True for a while after an upload was found lost that an earlier run left.</summary>
    public bool LostEarlier
    {
        get { lock (_lock) { return time.GetUtcNow() < _earlierLossEnds; } }
    }

    /// <summary>An upload that an earlier run left is lost: for a while less is under way at once.</summary>
    public void RememberEarlierLoss()
    {
        lock (_lock)
        {
            _earlierLossEnds = time.GetUtcNow() + LossLife;
        }
    }

    /// <summary>Stops announcing where the server refuses it (417) or pays no heed to it, which costs seconds a request.</summary>
    public void LearnAnnouncement(HttpStatusCode status, TimeSpan? waited)
    {
        if (status == HttpStatusCode.ExpectationFailed || waited >= IgnoredAnnouncement)
        {
            _announces = false;
        }
    }
}

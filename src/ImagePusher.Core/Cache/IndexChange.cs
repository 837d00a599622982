namespace ImagePusher.Core.Cache;

/// <summary>A change of the index that is queued until the lock is held.</summary>
internal sealed class IndexChange(Func<IndexDraft, bool> apply)
{
    private const int Waiting = 0;
    private const int Started = 1;
    private const int Cancelled = 2;

    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _result;
    private int _state = Waiting;

    /// <summary>Completes when the change is on the disk.</summary>
    public Task<bool> Completion => _completion.Task;

    /// <summary>Cancels the change; false if it has started already.</summary>
    public bool TryCancel() => Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting;

    /// <summary>Applies the change to the draft; false if it failed, which concerns only its own caller, or was canceled.</summary>
    public bool TryApply(IndexDraft draft)
    {
        if (Interlocked.CompareExchange(ref _state, Started, Waiting) != Waiting)
        {
            _completion.TrySetCanceled();
            return false;
        }

        try
        {
            _result = apply(draft);
            return true;
        }
        catch (ImagePusherException error)
        {
            _completion.TrySetException(error);
            return false;
        }
    }

    public void Succeed() => _completion.TrySetResult(_result);

    public void Fail(Exception error) => _completion.TrySetException(error);
}

namespace ImagePusher.Core.Cache;

/// <summary>A change of the index that waits for its turn under the lock.</summary>
internal sealed class IndexChange(Func<IndexDraft, bool> apply)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _result;
    private int _state;

    /// <summary>Ends when the change is on the disk.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Takes the change back; false if it is being made already.</summary>
    public bool TryCancel() => Interlocked.CompareExchange(ref _state, 2, 0) == 0;

    /// <summary>Makes the change in the draft; false if it failed, which concerns only its own caller, or was taken back.</summary>
    public bool TryApply(IndexDraft draft)
    {
        if (Interlocked.CompareExchange(ref _state, 1, 0) != 0)
        {
            _done.TrySetCanceled();
            return false;
        }

        try
        {
            _result = apply(draft);
            return true;
        }
        catch (ImagePusherException error)
        {
            _done.TrySetException(error);
            return false;
        }
    }

    public void Succeed() => _done.TrySetResult(_result);

    public void Fail(Exception error) => _done.TrySetException(error);
}

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The transitions of a <see cref="BlobUpload"/>: the table of its remarks as code. No other transition is made.</summary>
internal static class UploadTransitions
{
    /// <summary>True in the states that send bytes or end the upload, whose failures have rows of their own.</summary>
    public static bool IsSending(UploadState state) =>
        state is UploadState.Monolithic or UploadState.Stream or UploadState.Chunked or UploadState.Commit;

    /// <summary>True if an upload may go from one state to the other.</summary>
    public static bool Allow(UploadState from, UploadState to) =>
        AllowAfterSuccess(from, to) || (IsSending(from) && AllowAfterFailure(to));

    private static bool AllowAfterSuccess(UploadState from, UploadState to) => from switch
    {
        UploadState.Recall => to is UploadState.Choose or UploadState.Open,
        UploadState.Open => to is UploadState.Choose,
        UploadState.Choose => to is UploadState.Monolithic or UploadState.Stream or UploadState.Chunked or UploadState.Commit,
        UploadState.Monolithic => to is UploadState.Done or UploadState.Verify,
        UploadState.Stream or UploadState.Chunked => to is UploadState.Commit,
        UploadState.Commit => to is UploadState.Done or UploadState.Verify,
        UploadState.Verify => to is UploadState.Done,
        UploadState.Resume => to is UploadState.Choose or UploadState.Restart or UploadState.Done,
        UploadState.Restart => to is UploadState.Open,
        UploadState.StepDown or UploadState.Spool => to is UploadState.Open or UploadState.Resume,
        _ => false,
    };

    private static bool AllowAfterFailure(UploadState to) => to is UploadState.Resume or UploadState.Restart or UploadState.Choose
        or UploadState.StepDown or UploadState.Spool;
}

namespace ImagePusher.Core.Registry.Http;

/// <summary>A failure that another try may recommended action. It never leaves this namespace: <see cref="Final"/> does when the tries are used up.</summary>
internal sealed class TransientFailureException(RegistryException final, TimeSpan? retryAfter = null, bool lostConnection = false)
    : Exception(final.Message, final)
{
    /// <summary>What the caller gets when the tries are used up.</summary>
    public RegistryException Final { get; } = final;

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True if there was no answer.</summary>
    public bool LostConnection { get; } = lostConnection;

    /// <summary>True if the failed try brought the work forward, so that the count of tries starts anew.</summary>
    public bool MadeProgress { get; set; }
}

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// A failure that another attempt may avoid. It stays inside the registry client: <see cref="Final"/> is thrown when the attempts are
/// used up.
/// </summary>
internal sealed class TransientFailureException(RegistryException final, TimeSpan? retryAfter = null, bool lostConnection = false)
    : Exception(final.Message, final)
{
    /// <summary>The exception for the caller.</summary>
    public RegistryException Final { get; } = final;

    /// <summary>The wait requested by the server.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True if there was no response.</summary>
    public bool LostConnection { get; } = lostConnection;

    /// <summary>True if the failed attempt made progress, so that the attempts are counted from the start again.</summary>
    public bool MadeProgress { get; set; }
}

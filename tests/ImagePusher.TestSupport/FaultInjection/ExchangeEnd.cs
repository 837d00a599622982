namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>The state of the client's connection after an exchange.</summary>
internal enum ExchangeEnd
{
    /// <summary>It serves the next request.</summary>
    KeepAlive,

    /// <summary>It ends in order: the client can read all that was sent.</summary>
    Finish,

    /// <summary>It ends at once.</summary>
    Close,
}

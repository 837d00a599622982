namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>The behavior of a fault proxy without a matching rule.</summary>
public sealed record FaultProxyOptions
{
    /// <summary>Serves https with the server certificate of these; plain http by default. The servers behind speak plain http.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>
    /// With several backends: a client that sends back the cookie of its first response stays with one of them. Else each request
    /// goes to the next, as behind a balancer without stickiness (distribution #1402, harbor #17504).
    /// </summary>
    public bool StickyByCookie { get; init; } = true;

    /// <summary>Whether several slashes in a row are sent on as one, as nginx does.</summary>
    public bool MergesSlashes { get; init; } = true;

    /// <summary>The clock for slow transfers; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

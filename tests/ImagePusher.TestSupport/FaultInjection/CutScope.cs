namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>The scope of the byte count after which a connection is closed.</summary>
public enum CutScope
{
    /// <summary>The body of one request or answer: each that the rule takes is cut there.</summary>
    Request,

    /// <summary>All such bodies on one connection: each new connection gets as many bytes again.</summary>
    Connection,

    /// <summary>All such bodies of all connections: the cut comes again after as many bytes.</summary>
    Proxy,
}

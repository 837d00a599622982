namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>How a connection is cut.</summary>
public enum CutKind
{
    /// <summary>By RST, as a crashed host or a firewall does: the client's next read or write fails.</summary>
    Reset,

    /// <summary>By FIN, as an orderly but early close does: the client reads an end.</summary>
    Close,
}

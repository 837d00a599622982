namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Ends an exchange by cutting the client's connection.</summary>
internal sealed class CutException(CutKind kind) : Exception("The connection is cut.")
{
    public CutKind Kind { get; } = kind;
}

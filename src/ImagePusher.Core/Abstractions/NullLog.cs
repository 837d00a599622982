namespace ImagePusher.Core.Abstractions;

/// <summary>Lets every message fall.</summary>
public sealed class NullLog : ITransferLog
{
    private NullLog()
    {
    }

    /// <summary>The one instance.</summary>
    public static NullLog Instance { get; } = new();

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }

    /// <inheritdoc/>
    public void Verbose(string message)
    {
    }

    /// <inheritdoc/>
    public void Debug(string message)
    {
    }
}

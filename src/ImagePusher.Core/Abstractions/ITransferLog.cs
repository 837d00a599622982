namespace ImagePusher.Core.Abstractions;

/// <summary>Takes what a transfer has to say while it runs. Called from several threads; no text holds a secret.</summary>
public interface ITransferLog
{
    /// <summary>Something the user should know, though the work goes on.</summary>
    void Warning(string message);

    /// <summary>A decision: a blob exists, was mounted, is tried again in three seconds.</summary>
    void Verbose(string message);

    /// <summary>A request and its answer.</summary>
    void Debug(string message);
}

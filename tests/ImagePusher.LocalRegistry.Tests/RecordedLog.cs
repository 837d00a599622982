using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Keeps what was said.</summary>
internal sealed class RecordedLog : ITransferLog
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<string> All { get; } = new();

    public void Warning(string message)
    {
        Warnings.Enqueue(message);
        All.Enqueue(message);
    }

    public void Verbose(string message) => All.Enqueue(message);

    public void Debug(string message) => All.Enqueue(message);
}

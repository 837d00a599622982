using System.Collections.Concurrent;
using ImagePusher.Core.Content;

namespace ImagePusher.Core.Tests.Archive;

/// <summary>Keeps the messages, for tests to look at.</summary>
internal sealed class ListLog : ITransferLog
{
    public ConcurrentQueue<string> Warnings { get; } = [];

    public ConcurrentQueue<string> Details { get; } = [];

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Verbose(string message) => Details.Enqueue(message);

    public void Debug(string message) => Details.Enqueue(message);
}

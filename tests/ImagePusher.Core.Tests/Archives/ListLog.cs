using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Keeps the messages, for tests to look at.</summary>
internal sealed class ListLog : ITransferLog
{
    public ConcurrentQueue<string> Warnings { get; } = [];

    public ConcurrentQueue<string> Details { get; } = [];

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Verbose(string message) => Details.Enqueue(message);

    public void Debug(string message) => Details.Enqueue(message);
}

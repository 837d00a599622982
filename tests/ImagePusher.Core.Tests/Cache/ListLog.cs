using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Keeps what was said.</summary>
internal sealed class ListLog : ITransferLog
{
    public ConcurrentQueue<string> Messages { get; } = [];

    public void Warning(string message) => Messages.Enqueue(message);

    public void Verbose(string message) => Messages.Enqueue(message);

    public void Debug(string message) => Messages.Enqueue(message);
}

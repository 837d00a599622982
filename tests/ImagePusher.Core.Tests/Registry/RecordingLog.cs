using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Keeps all that is said, and shows it in the test's output.</summary>
internal sealed class RecordingLog : ITransferLog
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IReadOnlyList<string> Warnings => [.. _lines.Where(line => line.StartsWith("WARNING ", StringComparison.Ordinal)).Select(line => line[8..])];

    public string Text => string.Join('\n', _lines);

    public void Warning(string message) => Add("WARNING " + message);

    public void Verbose(string message) => Add("VERBOSE " + message);

    public void Debug(string message) => Add("DEBUG " + message);

    private void Add(string line)
    {
        _lines.Enqueue(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }
}

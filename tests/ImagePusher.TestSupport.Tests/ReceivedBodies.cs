using System.Threading.Channels;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.TestSupport.Tests;

/// <summary>The lengths of the bodies that a server got; negative for one whose connection ended inside it.</summary>
internal sealed class ReceivedBodies
{
    private readonly Channel<int> _arrivals = Channel.CreateUnbounded<int>();
    private readonly List<int> _lengths = [];

    public IReadOnlyList<int> Lengths
    {
        get
        {
            lock (_lengths)
            {
                return [.. _lengths];
            }
        }
    }

    public ValueTask<int> FirstAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    public async Task<byte[]> ReadAsync(ServerExchange exchange)
    {
        var body = new MemoryStream();
        var piece = new byte[10_000];
        try
        {
            while (await exchange.ReadAsync(piece) is > 0 and var count)
            {
                body.Write(piece, 0, count);
            }
        }
        catch (IOException)
        {
            Add(-(int)body.Length);
            throw;
        }

        Add((int)body.Length);
        return body.ToArray();
    }

    private void Add(int length)
    {
        lock (_lengths)
        {
            _lengths.Add(length);
        }

        _arrivals.Writer.TryWrite(length);
    }
}

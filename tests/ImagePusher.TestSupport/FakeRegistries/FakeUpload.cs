namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>An upload in progress in a fake registry.</summary>
internal sealed class FakeUpload(string repository, string file)
{
    private readonly Lock _lock = new();
    private (TaskCompletionSource Evicted, TaskCompletionSource Left)? _turn;
    private long _kept;

    public string Id { get; } = Guid.NewGuid().ToString();

    public string Repository => repository;

    public string File => file;

    /// <summary>The bytes that it has.</summary>
    public long Received { get; private set; }

    /// <summary>The sizes of the finished requests' bodies.</summary>
    public List<long> Chunks { get; } = [];

    /// <summary>Grows with each response; part of the Location.</summary>
    public int Version { get; set; }

    public bool IsForgotten { get; private set; }

    public bool IsBroken { get; private set; }

    /// <summary>The beginning of the query of a Location. Decoding and encoding it again changes its bytes.</summary>
    public string State => $"_state=v{Version}%2f{Id[..8]}+%3D%3d%7e";

    /// <summary>
    /// Waits for exclusive access and returns a task that completes when another request needs the access. A request that is still reading
    /// its body, from a connection that may be dead, is ended by the next one.
    /// </summary>
    public async Task<Task> EnterAsync(CancellationToken ended)
    {
        while (true)
        {
            Task left;
            lock (_lock)
            {
                if (_turn is null)
                {
                    _turn = (NewSource(), NewSource());
                    return _turn.Value.Evicted.Task;
                }

                _turn.Value.Evicted.TrySetResult();
                left = _turn.Value.Left.Task;
            }

            await left.WaitAsync(ended);
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _turn!.Value.Left.SetResult();
            _turn = null;
        }
    }

    /// <summary>Stores the body of a request; after an interruption behaves like the registry.</summary>
    public async Task TakeAsync(ServerExchange exchange, AfterCut afterCut, Task evicted)
    {
        var before = Received;
        var piece = new byte[64 * 1024];
        var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 0);
        await using (stream)
        {
            stream.Seek(Received, SeekOrigin.Begin);
            try
            {
                while (await ReadAsync(exchange, piece, evicted) is > 0 and var count)
                {
                    await stream.WriteAsync(piece.AsMemory(0, count), CancellationToken.None);
                    Received += count;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                Cut(afterCut);
                throw;
            }
        }

        _kept = Received;
        if (Received > before)
        {
            Chunks.Add(Received - before);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<int> ReadAsync(ServerExchange exchange, byte[] piece, Task evicted)
    {
        var read = exchange.ReadAsync(piece).AsTask();
        return await Task.WhenAny(read, evicted) == read
            ? await read
            : throw new OperationCanceledException("Another request continues this upload.");
    }

    private void Cut(AfterCut afterCut)
    {
        switch (afterCut)
        {
            case AfterCut.KeepsBytes:
                _kept = Received;
                break;
            case AfterCut.ForgetsSession:
                IsForgotten = true;
                break;
            case AfterCut.FailsAfterwards:
                IsBroken = true;
                break;
            default:
                Received = _kept;
                break;
        }
    }
}

using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A run whose process is killed, simulated in this one: from then on nothing of it reaches the registry or the journal.</summary>
internal static class InterruptedRun
{
    /// <summary>Uploads blobs until a number of bytes was sent. Returns true if all succeeded.</summary>
    public static async Task<bool> RunAsync(FaultProxy proxy, MemoryJournal journal, IReadOnlyList<MemoryBlob> blobs, long killedAfter)
    {
        var frozen = journal.Freezable();
        await using var session = new RegistrySession(journal: frozen);
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var repository = session.Repository(proxy.Address);
        var sent = 0L;
        var uploads = blobs.Select(async blob =>
        {
            if (await repository.HasBlobAsync(blob.Descriptor, kill.Token))
            {
                return;
            }

            var counted = new MemoryBlob(blob.Content, blob.Digest is not null)
            {
                WriteSize = 20_000,
                BeforeWrite = _ =>
                {
                    if (Interlocked.Add(ref sent, 20_000) > killedAfter)
                    {
                        frozen.Freeze();
                        proxy.On("DELETE").DropRequest();
                        kill.Cancel();
                    }
                },
            };
            await repository.WriteBlobAsync(counted, kill.Token);
        }).ToList();
        try
        {
            await Task.WhenAll(uploads);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

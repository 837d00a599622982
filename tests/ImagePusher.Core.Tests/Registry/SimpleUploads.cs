using System.Collections.Concurrent;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The least of a registry that takes uploads: POST, one PATCH, PUT.</summary>
internal sealed class SimpleUploads
{
    private readonly ConcurrentDictionary<string, byte[]> _open = new();
    private int _count;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    public async Task HandleAsync(ServerExchange exchange)
    {
        var id = exchange.Path.Split('/')[^1];
        switch (exchange.Method)
        {
            case "POST":
                id = $"{Interlocked.Increment(ref _count)}";
                _open[id] = [];
                exchange.Add("Location", $"/v2/team/app/blobs/uploads/{id}");
                await exchange.RespondAsync(202);
                break;
            case "PATCH":
                var body = await exchange.ReadAllAsync();
                _open.AddOrUpdate(id, body, (_, before) => [.. before, .. body]);
                exchange.Add("Location", $"/v2/team/app/blobs/uploads/{id}");
                await exchange.RespondAsync(202);
                break;
            case "PUT":
                byte[] all = [.. _open[id], .. await exchange.ReadAllAsync()];
                var digest = exchange.Query("digest").Single();
                Blobs[digest] = all;
                await (Http.DigestOf(all) == digest ? exchange.RespondAsync(201) : exchange.RespondAsync(400, """{"errors":[{"code":"DIGEST_INVALID"}]}"""));
                break;
            default:
                await exchange.RespondAsync(404);
                break;
        }
    }
}

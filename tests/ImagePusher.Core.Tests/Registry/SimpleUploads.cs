using System.Collections.Concurrent;
using System.Globalization;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A minimal registry for uploads: POST, PATCH, PUT, and HEAD and GET for blobs, also from an offset.</summary>
internal sealed class SimpleUploads
{
    private readonly ConcurrentDictionary<string, byte[]> _open = new();
    private int _count;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Whether a blob that exists is kept when it is uploaded again.</summary>
    public bool KeepsExisting { get; init; }

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
                Blobs.AddOrUpdate(digest, all, (_, existing) => KeepsExisting ? existing : all);
                await (Http.DigestOf(all) == digest ? exchange.RespondAsync(201)
                    : exchange.RespondAsync(400, """{"errors":[{"code":"DIGEST_INVALID"}]}"""));
                break;
            default:
                await (Blobs.TryGetValue(id, out var blob) ? RespondAsync(exchange, blob) : exchange.RespondAsync(404));
                break;
        }
    }

    private static Task RespondAsync(ServerExchange exchange, byte[] blob)
    {
        var offset = exchange.Header("Range") is { } range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        if (offset == 0)
        {
            return exchange.RespondAsync(200, blob, "application/octet-stream");
        }

        if (offset >= blob.Length)
        {
            exchange.Add("Content-Range", $"bytes */{blob.Length}");
            return exchange.RespondAsync(416);
        }

        exchange.Add("Content-Range", $"bytes {offset}-{blob.Length - 1}/{blob.Length}");
        return exchange.RespondAsync(206, blob[offset..], "application/octet-stream");
    }
}

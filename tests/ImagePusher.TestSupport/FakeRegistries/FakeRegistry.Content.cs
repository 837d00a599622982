using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <content>Blobs, manifests and tags.</content>
public sealed partial class FakeRegistry
{
    private readonly ConcurrentDictionary<(string Repository, string Digest), bool> _blobs = new();
    private readonly ConcurrentDictionary<(string Repository, string Reference), (
        string Digest, string MediaType, byte[] Content)> _manifests = new();

    /// <summary>The digests of the blobs of a repository.</summary>
    public IReadOnlyList<string> BlobsOf(string repository) =>
        [.. _blobs.Keys.Where(key => key.Repository == repository).Select(key => key.Digest)];

    /// <summary>The bytes of a blob.</summary>
    public byte[] ReadBlob(string digest) => File.ReadAllBytes(FileOf(digest));

    /// <summary>The digest of the manifest under a tag or digest; null if it does not exist.</summary>
    public string? ManifestOf(string repository, string reference) =>
        _manifests.TryGetValue((repository, reference), out var manifest) ? manifest.Digest : null;

    private string FileOf(string digest) => _folder[digest.Replace(':', '-')];

    private async Task BlobAsync(ServerExchange exchange, string repository, string digest)
    {
        if (!_blobs.ContainsKey((repository, digest)))
        {
            await ErrorAsync(exchange, 404, "BLOB_UNKNOWN", digest);
        }
        else if (exchange.Method == "DELETE")
        {
            _blobs.TryRemove((repository, digest), out _);
            await exchange.RespondAsync(202);
        }
        else
        {
            SayDigest(exchange, digest);
            await SendFileAsync(exchange, new FileInfo(FileOf(digest)));
        }
    }

    private static async Task SendFileAsync(ServerExchange exchange, FileInfo file)
    {
        long start = 0, end = file.Length - 1;
        var partial = false;
        if (ByteRange().Match(exchange.Header("Range") ?? "") is { Success: true } range)
        {
            start = long.Parse(range.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            end = range.Groups[2].Length > 0 ? Math.Min(end, long.Parse(range.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) : end;
            if (start > end)
            {
                exchange.Add("Content-Range", $"bytes */{file.Length}");
                await ErrorAsync(exchange, 416, "RANGE_INVALID", "no such bytes");
                return;
            }

            partial = true;
            exchange.Add("Content-Range", $"bytes {start}-{end}/{file.Length}");
        }

        exchange.Add("Accept-Ranges", "bytes");
        await exchange.BeginAsync(partial ? 206 : 200, end - start + 1, "application/octet-stream");
        await using var stream = file.OpenRead();
        stream.Seek(start, SeekOrigin.Begin);
        var piece = new byte[64 * 1024];
        for (var left = end - start + 1; left > 0;)
        {
            var count = await stream.ReadAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, left)), exchange.Ended);
            await exchange.WriteAsync(piece.AsMemory(0, count));
            left -= count;
        }
    }

    private async Task ManifestAsync(ServerExchange exchange, string repository, string reference)
    {
        switch (exchange.Method)
        {
            case "PUT":
                await PutManifestAsync(exchange, repository, reference);
                break;
            case "HEAD" when !RegistryProfile.TakesManifestHead:
                await ErrorAsync(exchange, 405, "UNSUPPORTED", "HEAD");
                break;
            case "DELETE" when !RegistryProfile.DeletesTags && !IsDigest(reference):
                await ErrorAsync(exchange, 405, "UNSUPPORTED", "The operation is unsupported.");
                break;
            case "DELETE" when _manifests.TryGetValue((repository, reference), out var deleted):
                Delete(repository, reference, deleted.Digest);
                await exchange.RespondAsync(202);
                break;
            case "GET" or "HEAD" when _manifests.TryGetValue((repository, reference), out var manifest):
                SayDigest(exchange, manifest.Digest);
                await exchange.RespondAsync(200, manifest.Content, manifest.MediaType);
                break;
            default:
                await ErrorAsync(exchange, 404, "MANIFEST_UNKNOWN", reference);
                break;
        }
    }

    // By its digest, a manifest is deleted with all its tags.
    private void Delete(string repository, string reference, string digest)
    {
        var all = IsDigest(reference)
            ? _manifests.Where(entry => entry.Key.Repository == repository && entry.Value.Digest == digest).Select(entry => entry.Key)
            : [(repository, reference)];
        foreach (var key in all.ToList())
        {
            _manifests.TryRemove(key, out _);
        }
    }

    private static bool IsDigest(string reference) => reference.Contains(':', StringComparison.Ordinal);

    private async Task PutManifestAsync(ServerExchange exchange, string repository, string reference)
    {
        var content = await exchange.ReadAllAsync();
        var digest = Http.DigestOf(content);
        if (IsDigest(reference) && reference != digest)
        {
            await ErrorAsync(exchange, 400, "DIGEST_INVALID", reference);
            return;
        }

        var missing = PartsOf(content).Where(part => !_blobs.ContainsKey((repository, part)) && !_manifests.ContainsKey((repository, part)))
            .ToList();
        if (missing.Count > 0)
        {
            await ErrorAsync(exchange, 400, "MANIFEST_BLOB_UNKNOWN", string.Join(' ', missing));
            return;
        }

        _repositories[repository] = true;
        _manifests[(repository, digest)] = _manifests[(repository, reference)] = (digest, exchange.Header("Content-Type") ?? "", content);
        SayDigest(exchange, digest);
        exchange.Add("Location", $"/v2/{repository}/manifests/{digest}");
        await exchange.RespondAsync(201);
    }

    private static List<string> PartsOf(byte[] manifest)
    {
        using var document = JsonDocument.Parse(System.Text.Encoding.UTF8.GetString(manifest));
        var parts = new List<string>();
        if (document.RootElement.TryGetProperty("config", out var config))
        {
            parts.Add(config.GetProperty("digest").GetString()!);
        }

        foreach (var name in new[] { "layers", "manifests" })
        {
            if (document.RootElement.TryGetProperty(name, out var list))
            {
                parts.AddRange(list.EnumerateArray().Where(part => !part.TryGetProperty("urls", out _))
                    .Select(part => part.GetProperty("digest").GetString()!));
            }
        }

        return parts;
    }

    private Task TagsAsync(ServerExchange exchange, string repository)
    {
        var tags = _manifests.Keys
            .Where(key => key.Repository == repository && !IsDigest(key.Reference))
            .Select(key => key.Reference).Order(StringComparer.Ordinal);
        return exchange.RespondAsync(200, JsonSerializer.Serialize(new { name = repository, tags }));
    }

    [GeneratedRegex(@"^bytes=(\d+)-(\d*)$")]
    private static partial Regex ByteRange();
}

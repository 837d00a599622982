using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <content>Uploads of blobs.</content>
public sealed partial class FakeRegistry
{
    private readonly ConcurrentDictionary<string, FakeUpload> _uploads = new();

    /// <summary>How many uploads were begun and neither finished nor cancelled.</summary>
    public int OpenUploads => _uploads.Count;

    private async Task UploadAsync(ServerExchange exchange, string repository, string id)
    {
        if (id.Length == 0)
        {
            await BeginUploadAsync(exchange, repository);
            return;
        }

        if (!_uploads.TryGetValue(id, out var upload) || upload.Repository != repository)
        {
            await ErrorAsync(exchange, 404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
            return;
        }

        var evicted = await upload.EnterAsync(exchange.Ended);
        try
        {
            await ContinueAsync(exchange, upload, evicted);
        }
        finally
        {
            upload.Leave();
        }
    }

    private async Task BeginUploadAsync(ServerExchange exchange, string repository)
    {
        if (exchange.Method != "POST")
        {
            await ErrorAsync(exchange, 405, "UNSUPPORTED", exchange.Method);
            return;
        }

        if (!exchange.Path.EndsWith('/'))
        {
            // As distribution: a client that turns this into a GET has lost its upload.
            exchange.Add("Location", exchange.Path + "/");
            await exchange.RespondAsync(301);
            return;
        }

        if (exchange.FirstQuery("mount") is { } mount && await MountAsync(exchange, repository, mount))
        {
            return;
        }

        var upload = new FakeUpload(repository, _folder[$"upload-{Guid.NewGuid():N}"]);
        _uploads[upload.Id] = upload;
        if (RegistryProfile.SaysSmallestChunk)
        {
            exchange.Add("OCI-Chunk-Min-Length", RegistryProfile.SmallestChunk.ToString(CultureInfo.InvariantCulture));
        }

        await AnswerProgressAsync(exchange, upload, 202, RegistryProfile.PostRange, true);
    }

    private async Task<bool> MountAsync(ServerExchange exchange, string repository, string digest)
    {
        var from = exchange.FirstQuery("from");
        var found = _blobs.Keys.Any(
            key => key.Digest == digest && (from is null || key.Repository == from) && IsLetIn(exchange, key.Repository, "pull"));
        if (from is null && RegistryProfile.MountWithoutFromRefusal > 0)
        {
            await ErrorAsync(exchange, RegistryProfile.MountWithoutFromRefusal, "INVALID_REQUEST", "invalid request");
            return true;
        }

        if (!found && RegistryProfile.MountRefusal > 0)
        {
            await ErrorAsync(exchange, RegistryProfile.MountRefusal, "UNAUTHORIZED", $"project {from} not found");
            return true;
        }

        if (!found || !RegistryProfile.Mounts)
        {
            return false;
        }

        await AnswerBlobAsync(exchange, repository, digest);
        return true;
    }

    private async Task ContinueAsync(ServerExchange exchange, FakeUpload upload, Task evicted)
    {
        if (upload.IsForgotten)
        {
            await ErrorAsync(exchange, 404, "BLOB_UPLOAD_INVALID", "blob upload invalid");
            return;
        }

        var isLast = RegistryProfile.ComparesLocationBytes
            ? exchange.Target.Contains($"?{upload.State}", StringComparison.Ordinal)
            : exchange.Query("_state").SequenceEqual(ServerExchange.FormValues(upload.State, "_state"));
        if (RegistryProfile.ChangesLocation && !isLast)
        {
            await ErrorAsync(exchange, 404, "BLOB_UPLOAD_INVALID", "this is not the last Location");
            return;
        }

        switch (exchange.Method)
        {
            case "GET" when RegistryProfile.AnswersStatus:
                await AnswerProgressAsync(exchange, upload, 204, RegistryProfile.StatusRange, RegistryProfile.StatusHasLocation);
                break;
            case "DELETE":
                _uploads.TryRemove(upload.Id, out _);
                await exchange.RespondAsync(204);
                break;
            case "PATCH" or "PUT" when await RefuseAsync(exchange, upload):
                break;
            case "PATCH":
                await TakeAsync(exchange, upload, evicted);
                await AnswerProgressAsync(exchange, upload, RegistryProfile.PatchStatus, RegistryProfile.PatchRange, true);
                break;
            case "PUT":
                await FinishAsync(exchange, upload, evicted);
                break;
            default:
                await ErrorAsync(exchange, 404, "BLOB_UPLOAD_UNKNOWN", exchange.Method);
                break;
        }
    }

    private async Task TakeAsync(ServerExchange exchange, FakeUpload upload, Task evicted)
    {
        var before = upload.Received;
        try
        {
            await upload.TakeAsync(exchange, RegistryProfile.AfterCut, evicted);
        }
        finally
        {
            Interlocked.Add(ref _bytesTaken, Math.Max(0, upload.Received - before));
        }
    }

    private async Task FinishAsync(ServerExchange exchange, FakeUpload upload, Task evicted)
    {
        await TakeAsync(exchange, upload, evicted);
        if (upload.Chunks.SkipLast(1).Any(chunk => chunk < RegistryProfile.SmallestChunk))
        {
            await ErrorAsync(exchange, 400, "BLOB_UPLOAD_INVALID", $"Layer parts must be at least {RegistryProfile.SmallestChunk} bytes");
            return;
        }

        var digest = exchange.FirstQuery("digest") ?? "";
        var name = digest.StartsWith("sha512:", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        string actual;
        await using (var content = new FileStream(upload.File, FileMode.OpenOrCreate, FileAccess.Read))
        {
            actual = $"{name.Name!.ToLowerInvariant()}:"
                + $"{Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(name, content, exchange.Ended))}";
        }

        _uploads.TryRemove(upload.Id, out _);
        if (actual != digest)
        {
            await ErrorAsync(exchange, 400, "DIGEST_INVALID", $"{actual} is not {digest}");
            return;
        }

        File.Move(upload.File, FileOf(digest), overwrite: true);
        await AnswerBlobAsync(exchange, upload.Repository, digest);
    }

    private Task AnswerBlobAsync(ServerExchange exchange, string repository, string digest)
    {
        _repositories[repository] = true;
        _blobs[(repository, digest)] = true;
        SayDigest(exchange, digest);
        exchange.Add("Location", $"/v2/{repository}/blobs/{digest}");
        return exchange.RespondAsync(201);
    }

    private Task AnswerProgressAsync(ServerExchange exchange, FakeUpload upload, int status, RangeStyle style, bool withLocation)
    {
        upload.Version += exchange.Method == "GET" ? 0 : 1;
        if (withLocation)
        {
            exchange.Add("Location", LocationOf(exchange, upload));
        }

        if (RangeOf(upload, style) is { } range)
        {
            exchange.Add("Range", range);
        }

        exchange.Add("Docker-Upload-UUID", upload.Id);
        return exchange.RespondAsync(status);
    }

    private string LocationOf(ServerExchange exchange, FakeUpload upload)
    {
        var path = $"/v2/{upload.Repository}/blobs/uploads/{upload.Id}{(RegistryProfile.ChangesLocation ? $"?{upload.State}" : "")}";
        var (scheme, other) = _options.Certificates is null ? ("http", "https") : ("https", "http");
        return RegistryProfile.Location switch
        {
            LocationStyle.HostRelative => path,
            LocationStyle.OtherScheme => $"{other}://{exchange.Header("Host")}{path}",
            LocationStyle.InternalHost => $"http://registry-core.internal:8080{path}",
            _ => $"{scheme}://{exchange.Header("Host")}{path}",
        };
    }

    private static string? RangeOf(FakeUpload upload, RangeStyle style) => style switch
    {
        RangeStyle.WithUnit => $"bytes=0-{upload.Received - 1}",
        RangeStyle.OneTooMany => $"bytes=0-{upload.Received}",
        RangeStyle.Stale when upload.Chunks.Count > 0 => $"0-{upload.Chunks[0] - 1}",
        RangeStyle.Absent => null,
        _ => $"0-{Math.Max(0, upload.Received - 1)}",
    };
}

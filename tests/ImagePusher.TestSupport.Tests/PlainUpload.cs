using System.Net.Http.Headers;

namespace ImagePusher.TestSupport.Tests;

/// <summary>Uploads by hand, one request after the other, that stop at the first rejection.</summary>
internal sealed class PlainUpload(HttpClient client, Uri registry, string repository, CancellationToken cancellationToken)
{
    /// <summary>The statuses of all answers, in their order.</summary>
    public List<int> Statuses { get; } = [];

    /// <summary>The Range of all answers, in their order; empty where it is absent.</summary>
    public List<string> Ranges { get; } = [];

    public Uri? Location { get; set; }

    public string LastBody { get; private set; } = "";

    public async Task<bool> BeginAsync()
    {
        using var answer = await client.BeginUploadAsync(registry, repository, cancellationToken);
        return await TakeAsync(answer);
    }

    public async Task<bool> PatchAsync(byte[] content, string? range = null, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Location);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = content.Length > 1_000_000;
        request.Content = Body(content);
        if (range is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        return await TakeAsync(answer);
    }

    public async Task<bool> PutAsync(byte[] content, byte[] blob)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Location!.WithDigest(Http.DigestOf(blob))) { Content = Body(content) };
        request.Headers.ExpectContinue = content.Length > 1_000_000;
        using var answer = await client.SendAsync(request, cancellationToken);
        return await TakeAsync(answer);
    }

    public async Task<bool> StatusAsync()
    {
        using var answer = await client.GetAsync(Location, cancellationToken);
        return await TakeAsync(answer);
    }

    public async Task<bool> WholeAsync(byte[] blob) => await BeginAsync() && await PutAsync(blob, blob);

    public async Task<bool> StreamAsync(byte[] blob) =>
        await BeginAsync() && await PatchAsync(blob, chunked: true) && await PutAsync([], blob);

    public async Task<bool> StreamOfKnownLengthAsync(byte[] blob) =>
        await BeginAsync() && await PatchAsync(blob) && await PutAsync([], blob);

    /// <summary>In chunks with Content-Range, the last one too by PATCH.</summary>
    public async Task<bool> ChunksAsync(byte[] blob, int size)
    {
        var goes = await BeginAsync();
        for (var at = 0; goes && at < blob.Length; at += size)
        {
            var end = Math.Min(blob.Length, at + size);
            goes = await PatchAsync(blob[at..end], $"{at}-{end - 1}");
        }

        return goes && await PutAsync([], blob);
    }

    private static ByteArrayContent Body(byte[] content)
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return body;
    }

    private async Task<bool> TakeAsync(HttpResponseMessage answer)
    {
        Statuses.Add((int)answer.StatusCode);
        Ranges.Add(answer.Headers.NonValidated.TryGetValues("Range", out var range) ? range.ToString() : "");
        LastBody = await answer.Content.ReadAsStringAsync(cancellationToken);
        Location = answer.IsSuccessStatusCode && answer.Headers.Location is not null ? answer.ResolvedLocation() : Location;
        return answer.IsSuccessStatusCode;
    }
}

using System.Globalization;
using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The requests of an upload: POST opens, PATCH or PUT sends, GET asks, PUT ends, DELETE cancels (distribution-spec, Pushing Blobs).</summary>
internal sealed class UploadSteps(RegistryTransport transport, string repository, string purpose)
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromMilliseconds(500);

    private readonly TokenScope[] _scopes = [TokenScope.Push(repository)];

    /// <summary>An upload that the registry is ready to take bytes for.</summary>
    internal sealed record Opened(string Url, int MinimumChunk);

    /// <summary>What the registry has of an upload.</summary>
    internal sealed record Status(string Url, long Offset);

    public async Task<Opened> OpenAsync(CancellationToken cancellationToken)
    {
        using var answer = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Post,
                Target = $"/v2/{repository}/blobs/uploads/",
                Purpose = purpose,
                Scopes = _scopes,
                Content = static _ => new ByteArrayContent([]),
            },
            cancellationToken).ConfigureAwait(false);
        var url = UploadLocation.Read(answer, transport.Host, purpose)
            ?? throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {transport.Host.Registry} opened the upload without saying where.", "Check the registry's address: its answer has no Location.", answer.Status);
        _ = int.TryParse(answer.Header("OCI-Chunk-Min-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var minimum);
        return new Opened(url, minimum);
    }

    /// <summary>Sends a body, without retries; the caller knows what a lost one costs.</summary>
    /// <param name="whole">The blob's digest, if the body is all of it: a PUT that ends the upload. Null: a PATCH.</param>
    /// <param name="url">The upload's Location.</param>
    /// <param name="content">Makes the body.</param>
    /// <param name="length">The bytes of the body; null if unknown.</param>
    /// <param name="ownConnection">True to use no connection that was used before.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>Where the next request goes.</returns>
    /// <exception cref="RangeRefusedException">The registry has other bytes than the body goes on from.</exception>
    public async Task<string> SendAsync(
        Digest? whole, string url, Func<IdleTimer, HttpContent> content, long? length, bool ownConnection, CancellationToken cancellationToken)
    {
        using var answer = await transport.SendAsync(
            new RegistryRequest
            {
                Method = whole is null ? HttpMethod.Patch : HttpMethod.Put,
                Target = whole is null ? url : UrlText.AddQuery(url, "digest", whole.ToString()),
                Purpose = purpose,
                Scopes = _scopes,
                Content = content,
                Length = length,
                Retries = false,
                OwnConnection = ownConnection,
                Expected = [HttpStatusCode.RequestedRangeNotSatisfiable],
            },
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            var refusal = await transport.FailureOfAsync(answer, purpose, cancellationToken).ConfigureAwait(false);
            throw answer.Header("Range") is not null && refusal is RegistryException known ? new RangeRefusedException(UploadLocation.ReadOffset(answer), known) : refusal;
        }

        if (whole is null)
        {
            return UploadLocation.Read(answer, transport.Host, purpose) ?? url;
        }

        CheckStored(answer, whole);
        return url;
    }

    /// <summary>What the registry has; null if it does not know the upload, or does not say.</summary>
    /// <exception cref="RegistryException">The registry is away: another time it may say.</exception>
    public async Task<Status?> AskAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await transport.SendAsync(
                new RegistryRequest { Method = HttpMethod.Get, Target = url, Purpose = purpose, Scopes = _scopes }, cancellationToken).ConfigureAwait(false);
            return new Status(UploadLocation.Read(answer, transport.Host, purpose) ?? url, UploadLocation.ReadOffset(answer));
        }
        catch (RegistryException error) when (!IsAway(error, url))
        {
            transport.Log.Debug($"The upload is given up: {error.Message}");
            return null;
        }
    }

    // A link may have run out, and so may the host that it led to; a registry may fail for good over an upload that was cut.
    private bool IsAway(RegistryException error, string url) => error switch
    {
        RegistryUnreachableException => UrlText.Origin(url) == UrlText.Origin(transport.Host.BaseUrl),
        RegistryUnavailableException => error.StatusCode != HttpStatusCode.InternalServerError,
        _ => error is RegistryRateLimitedException,
    };

    /// <summary>Ends the upload; what was sent becomes the blob.</summary>
    /// <exception cref="UploadLostException">The registry knows neither the upload nor the blob.</exception>
    public async Task CommitAsync(string url, BlobIdentity identity, CancellationToken cancellationToken)
    {
        using var answer = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Put,
                Target = UrlText.AddQuery(url, "digest", identity.Digest.ToString()),
                Purpose = purpose,
                Scopes = _scopes,
                Content = static _ => new ByteArrayContent([]),
                Length = identity.Size,
                Expected = [HttpStatusCode.NotFound],
            },
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            // The answer to an earlier try may have been lost after the blob was in place.
            if (!await HasAsync(identity.Digest, cancellationToken).ConfigureAwait(false))
            {
                throw new UploadLostException($"{RegistryFailure.Failed(purpose)}: {transport.Host.Registry} lost the upload before its end");
            }
        }
        else
        {
            CheckStored(answer, identity.Digest);
        }
    }

    /// <summary>Compares the digest that an upload's last answer names, if it does.</summary>
    /// <exception cref="RegistryProtocolException">The registry stored something else.</exception>
    private void CheckStored(RegistryResponse answer, Digest expected)
    {
        if (Digest.TryParse(answer.Header("Docker-Content-Digest"), out var stored) && stored.Algorithm == expected.Algorithm && stored != expected)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {transport.Host.Registry} stored {stored} in the place of {expected}.", "The bytes changed on their way; try again, and look for a proxy that alters uploads.", answer.Status);
        }
    }

    public async Task<bool> HasAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var answer = await AskForAsync(HttpMethod.Head, digest, cancellationToken).ConfigureAwait(false);
        if (answer.Status is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
        {
            return IsThere(answer);
        }

        // The body is not read: what comes of it ends with the connection.
        using var got = await AskForAsync(HttpMethod.Get, digest, cancellationToken).ConfigureAwait(false);
        return IsThere(got);
    }

    // A redirect to the storage says that the blob is there; the link may be good for GET only.
    private static bool IsThere(RegistryResponse answer) => answer.Response.IsSuccessStatusCode || (int)answer.Status is >= 300 and < 400;

    private Task<RegistryResponse> AskForAsync(HttpMethod method, Digest digest, CancellationToken cancellationToken) => transport.SendAsync(
        new RegistryRequest
        {
            Method = method,
            Target = $"/v2/{repository}/blobs/{digest}",
            Purpose = $"asking {transport.Host.Registry}/{repository} for {digest}",
            Scopes = _scopes,
            Expected = [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented],
            StopsAtStorage = true,
        },
        cancellationToken);

    /// <summary>Tells the registry that the rest will not come. It may refuse, and need not be asked again.</summary>
    public async Task CancelAsync(string url)
    {
        using var limit = new CancellationTokenSource(CancelLimit, transport.Time);
        try
        {
            using var answer = await transport.SendAsync(
                new RegistryRequest
                {
                    Method = HttpMethod.Delete,
                    Target = url,
                    Purpose = "cancelling an upload",
                    Scopes = _scopes,
                    Retries = false,
                    Expected = [HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed],
                },
                limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RegistryException or TransientFailureException or OperationCanceledException)
        {
            transport.Log.Debug($"The upload could not be cancelled: {error.Message}");
        }
    }
}

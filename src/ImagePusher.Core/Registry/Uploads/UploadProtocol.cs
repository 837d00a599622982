using System.Globalization;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The requests of an upload that do not send bytes: opening it, its status, its cancellation, and the last response.</summary>
internal sealed class UploadProtocol(RegistryTransport transport, UploadRequests requests)
{
    private static readonly TimeSpan CancelTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Opens an upload.</summary>
    /// <returns>The URL of the next request, and the registry's OCI-Chunk-Min-Length or 0.</returns>
    /// <exception cref="RegistryException">The registry rejected it, or could not be reached.</exception>
    public async Task<(string Url, long MinimumChunk)> OpenAsync(CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(requests.Open(), cancellationToken).ConfigureAwait(false);
        var url = UploadLocation.Read(response, transport.Host, requests.Purpose)
            ?? throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(requests.Purpose)}: {transport.Host.Registry} responded with {(int)response.Status} "
                    + "and no Location to a request for an upload.",
                "Check the registry's address: a server that is not a registry may respond in its place.", response.Status);
        return (url, ReadLength(response.Header("OCI-Chunk-Min-Length")));
    }

    /// <summary>Requests the status of the upload; null if the registry has discarded the upload or does not report it.</summary>
    /// <exception cref="RegistryException">The registry is temporarily unavailable.</exception>
    public async Task<UploadStatus?> AskAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await transport.SendAsync(requests.Status(url), cancellationToken).ConfigureAwait(false);
            return new UploadStatus(
                UploadLocation.Read(response, transport.Host, requests.Purpose) ?? url, UploadLocation.ReadOffset(response));
        }
        catch (RegistryException error) when (!IsTemporary(error, url))
        {
            transport.Log.Debug($"The upload is given up: {error.Message}");
            return null;
        }
    }

    /// <summary>Cancels the upload at the registry. A rejection is ignored.</summary>
    public async Task CancelAsync(string url)
    {
        using var limit = new CancellationTokenSource(CancelTime, transport.Time);
        try
        {
            using var response = await transport.SendAsync(requests.Cancel(url), limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RegistryException or TransientFailureException or OperationCanceledException)
        {
            transport.Log.Debug($"The upload could not be cancelled: {error.Message}");
        }
    }

    /// <summary>Compares the digest that the last response names, if it names one.</summary>
    /// <exception cref="RegistryProtocolException">The registry stored something else.</exception>
    public void CheckStored(RegistryResponse response, Digest expected)
    {
        if (Digest.TryParse(response.Header("Docker-Content-Digest"), out var stored) && stored.Algorithm == expected.Algorithm
            && stored != expected)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(requests.Purpose)}: {transport.Host.Registry} stored {stored} in place of {expected}.",
                "The bytes changed in transit; try again, and look for a proxy that alters uploads.", response.Status);
        }
    }

    // A signed URL may have expired, and so may the host that it named; a registry may fail permanently over an upload that was cut.
    private bool IsTemporary(RegistryException error, string url) => error switch
    {
        RegistryUnreachableException => UrlText.Origin(url) == UrlText.Origin(transport.Host.BaseUrl),
        RegistryUnavailableException => error.StatusCode != System.Net.HttpStatusCode.InternalServerError,
        _ => error is RegistryRateLimitedException,
    };

    // A number beyond 64 bits is still a number, and a minimum that no client can meet.
    private static long ReadLength(string? header) =>
        header is not { Length: > 0 } || header.AsSpan().ContainsAnyExceptInRange('0', '9') ? 0
        : long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
        : long.MaxValue;
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.TestSupport;

/// <summary>Plain HTTP for tests: a client that does nothing by itself, and the few registry calls that set a scene.</summary>
public static class Http
{
    /// <summary>A client without redirects, cookies and proxies that trusts the authority of a test in addition to the authorities of the
    /// machine.</summary>
    public static HttpClient NewClient(TestCertificates? certificates = null, bool withClientCertificate = false)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
        };
        if (certificates is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { certificates.Authority },
            };
            handler.SslOptions.ClientCertificates = withClientCertificate ? [certificates.Client] : null;
        }

        return new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(1) };
    }

    /// <summary>The digest of some bytes, sha256:….</summary>
    public static string DigestOf(ReadOnlySpan<byte> content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    /// <summary>Bytes that do not compress, the same for the same seed.</summary>
    public static byte[] RandomBytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
#pragma warning disable CA5394 // Content for a test, no secret.
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        return bytes;
    }

    /// <summary>The Basic header's value.</summary>
    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>Begins an upload: POST /v2/…/blobs/uploads/. Gives the response, whatever it is.</summary>
    public static Task<HttpResponseMessage> BeginUploadAsync(
        this HttpClient client, Uri registry, string repository, CancellationToken cancellationToken) =>
        client.PostAsync(new Uri(registry, $"v2/{repository}/blobs/uploads/"), null, cancellationToken);

    /// <summary>The Location of a response, resolved against the URL of the request and otherwise unchanged.</summary>
    public static Uri ResolvedLocation(this HttpResponseMessage answer)
    {
        var (asked, location) = (answer.RequestMessage!.RequestUri!, answer.Headers.Location!.OriginalString);
        var folder = asked.AbsolutePath[..(asked.AbsolutePath.LastIndexOf('/') + 1)];
        return Exact(location.Contains("://", StringComparison.Ordinal) ? location
            : $"{asked.Scheme}://{asked.Authority}{(location.StartsWith('/') ? "" : folder)}{location}");
    }

    /// <summary>An upload's Location with the digest that ends it.</summary>
    public static Uri WithDigest(this Uri location, string digest) =>
        Exact($"{location.OriginalString}{(location.OriginalString.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest="
            + $"{Uri.EscapeDataString(digest)}");

    /// <summary>Sends a PATCH with a range in the form a-b, or without a range.</summary>
    public static async Task<HttpResponseMessage> PatchAsync(
        this HttpClient client, Uri location, HttpContent content, string? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = content };
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/octet-stream");
        if (range is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Range", range);
        }

        return await client.SendAsync(request, cancellationToken);
    }

    /// <summary>Uploads a blob with POST and PUT and returns its digest.</summary>
    public static async Task<string> PushBlobAsync(
        this HttpClient client, Uri registry, string repository, byte[] blob, CancellationToken cancellationToken)
    {
        using var begun = await client.BeginUploadAsync(registry, repository, cancellationToken);
        begun.EnsureSuccessStatusCode();
        var digest = DigestOf(blob);
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var done = await client.PutAsync(begun.ResolvedLocation().WithDigest(digest), content, cancellationToken);
        done.EnsureSuccessStatusCode();
        return digest;
    }

    /// <summary>Uploads a manifest under a tag or digest and returns its digest.</summary>
    public static async Task<string> PushManifestAsync(
        this HttpClient client, Uri registry, string repository, string reference, byte[] manifest, string mediaType,
        CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var done = await client.PutAsync(new Uri(registry, $"v2/{repository}/manifests/{reference}"), content, cancellationToken);
        done.EnsureSuccessStatusCode();
        return DigestOf(manifest);
    }

    /// <summary>Uploads a small image, an OCI manifest with these layers, under a tag and returns the digest of its manifest.</summary>
    public static async Task<string> PushImageAsync(
        this HttpClient client, Uri registry, string repository, string tag, IReadOnlyList<byte[]> layers,
        CancellationToken cancellationToken)
    {
        var image = TestImage.Of(layers);
        foreach (var blob in layers.Append(image.Config))
        {
            await client.PushBlobAsync(registry, repository, blob, cancellationToken);
        }

        return await client.PushManifestAsync(registry, repository, tag, image.Manifest, TestImage.ManifestType, cancellationToken);
    }

    private static Uri Exact(string url) => new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}

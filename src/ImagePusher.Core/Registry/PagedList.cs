using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry;

/// <summary>Reads lists that come in pages: the next one is where the Link header says, and nowhere else (distribution-spec, Listing Tags).</summary>
internal static class PagedList
{
    /// <summary>All pages' documents, each fetched when it is wanted.</summary>
    /// <param name="transport">The way to the registry.</param>
    /// <param name="target">Where the first page is.</param>
    /// <param name="purpose">For messages.</param>
    /// <param name="scopes">What the token must allow.</param>
    /// <param name="expected">Refusals that end the list without an error; it is then empty.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async IAsyncEnumerable<Page> ReadAsync(
        RegistryTransport transport, string target, string purpose, IReadOnlyList<TokenScope> scopes, IReadOnlyList<HttpStatusCode> expected,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        for (var next = target; next is not null && seen.Add(next);)
        {
            var page = await FetchAsync(transport, next, purpose, scopes, expected, cancellationToken).ConfigureAwait(false);
            yield return page;
            next = page.Next;
        }
    }

    /// <summary>The strings of a page's array; none where it is null or missing.</summary>
    public static IEnumerable<string> Strings(this Page page, string property) =>
        page.Root.ValueKind == JsonValueKind.Object && page.Root.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(Read).OfType<string>()
            : [];

    // What is no text, or no Unicode, names nothing.
    private static string? Read(JsonElement item)
    {
        try
        {
            return item.ValueKind == JsonValueKind.String ? item.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A page: its status, its document, its header, and where the next one is.</summary>
    internal sealed record Page(HttpStatusCode Status, JsonElement Root, string? FiltersApplied, string? Next);

    private static Task<Page> FetchAsync(
        RegistryTransport transport, string target, string purpose, IReadOnlyList<TokenScope> scopes, IReadOnlyList<HttpStatusCode> expected, CancellationToken cancellationToken) =>
        transport.Retry.ExecuteAsync(
            async token =>
            {
                var request = new RegistryRequest
                {
                    Method = HttpMethod.Get,
                    Target = target,
                    Purpose = purpose,
                    Scopes = scopes,
                    Expected = expected,
                    Accept = ["application/json", Oci.MediaTypes.OciIndex],
                    Retries = false,
                };
                using var answer = await transport.SendAsync(request, token).ConfigureAwait(false);
                return answer.Response.IsSuccessStatusCode
                    ? await ParseAsync(transport, answer, purpose, token).ConfigureAwait(false)
                    : new Page(answer.Status, default, null, null);
            },
            cancellationToken);

    private static async Task<Page> ParseAsync(RegistryTransport transport, RegistryResponse answer, string purpose, CancellationToken cancellationToken)
    {
        try
        {
            var body = await BoundedBody.ReadAsync(
                answer.Response, BoundedBody.ListLimit, transport.Host.Options.IdleTimeout, transport.Time, cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(body);
            return new Page(answer.Status, document.RootElement.Clone(), answer.Header("OCI-Filters-Applied"), NextOf(answer));
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or FormatException or InvalidOperationException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {transport.Host.Registry} answered with something that is no list.",
                "Check the registry's address; a proxy or a sign-in page may have answered in its place.", answer.Status, inner: error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw RegistryFailure.OfConnection(error, purpose, transport.Host.Registry, answer.Url);
        }
    }

    // Link: </v2/app/tags/list?last=b&n=2>; rel="next" (RFC 8288), relative to what was asked or absolute.
    private static string? NextOf(RegistryResponse answer)
    {
        var link = answer.Header("Link");
        var (start, end) = (link?.IndexOf('<', StringComparison.Ordinal) ?? -1, link?.IndexOf('>', StringComparison.Ordinal) ?? -1);
        return start >= 0 && end > start && link!.Contains("next", StringComparison.OrdinalIgnoreCase)
            ? UrlText.Resolve(answer.Url, link[(start + 1)..end])
            : null;
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>
/// Reads lists in pages. The next page is where the Link header says, and nowhere else (distribution-spec, Listing Tags).
/// </summary>
internal sealed class PagedList(RegistryTransport transport, ListRequest list, RegistryLimits limits)
{
    private static readonly byte[] ByteOrderMark = [0xef, 0xbb, 0xbf];

    /// <summary>All pages, each requested when it is needed.</summary>
    /// <exception cref="RegistryException">A page could not be read.</exception>
    /// <exception cref="LimitExceededException">The list has too many pages or bytes, or takes too long.</exception>
    public async IAsyncEnumerable<ListPage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (seen, budget) = (new HashSet<string>(), new ListBudget(list, transport.Host.Registry, limits));
        for (var next = list.Target; next is not null;)
        {
            if (!seen.Add(next))
            {
                list.Incomplete();
                yield break;
            }

            var start = transport.Time.GetTimestamp();
            var page = await FetchAsync(next, cancellationToken).ConfigureAwait(false);
            budget.Charge(page, transport.Time.GetElapsedTime(start));
            yield return page;
            next = page.Next;
        }
    }

    private Task<ListPage> FetchAsync(string target, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest
        {
            Method = HttpMethod.Get,
            Target = target,
            Purpose = list.Purpose,
            Scopes = list.Scopes,
            Expected = list.Expected,
            Accept = ["application/json", MediaTypes.OciIndex],
            Retries = false,
        };
        return transport.Retry.ExecuteAsync(token => FetchOnceAsync(request, token), cancellationToken);
    }

    private async Task<ListPage> FetchOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.Response.IsSuccessStatusCode
            ? await ParseAsync(response, cancellationToken).ConfigureAwait(false)
            : new ListPage(response.Status, default, 0, null, response.Secrets);
    }

    private async Task<ListPage> ParseAsync(RegistryResponse response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await BoundedBody.ReadAsync(
                response.Response, limits.PageLength, transport.Host.Settings.IdleTimeout, transport.Time, cancellationToken,
                limits: limits).ConfigureAwait(false);
            using var document = JsonDocument.Parse(body.AsMemory(body.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0));
            return IsList(document.RootElement)
                ? new ListPage(response.Status, document.RootElement.Clone(), body.Length, NextOf(response), response.Secrets)
                : throw new JsonException();
        }
        catch (InvalidDataException error)
        {
            throw new LimitExceededException(
                $"{RegistryFailure.Failed(list.Purpose)}: {error.Message}.", "Ask the registry's operator for smaller pages.", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(list.Purpose)}: the response of {transport.Host.Registry} is not a list.",
                "Check the registry's address: a proxy or a sign-in page may have responded in its place.", response.Status, inner: error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw RegistryFailure.OfConnection(
                error, list.Purpose, transport.Host.Registry, transport.Host.Secrets, response.Url);
        }
    }

    // Empty lists are also written as null or omitted.
    private bool IsList(JsonElement root) => root.ValueKind == JsonValueKind.Object
        && root.Property(list.Property) is null or { ValueKind: JsonValueKind.Array or JsonValueKind.Null }
        && (root.Property(list.Property) is not null || root.Property("errors") is null);

    // Behind a proxy a registry may name itself by an internal host: only the path and query count.
    private string? NextOf(RegistryResponse response)
    {
        if (!response.Response.Headers.NonValidated.TryGetValues("Link", out var headers))
        {
            return null;
        }

        try
        {
            if (LinkHeader.TryReadNext(headers, out var next))
            {
                return next is null ? null : PathAndQuery(UrlText.Resolve(response.Url, next));
            }
        }
        catch (FormatException)
        {
            // It is reported below.
        }

        list.Incomplete();
        transport.Log.Warning(
            $"{transport.Host.Registry} sent a Link header that cannot be read while {list.Purpose}; the list may be incomplete: "
                + $"{response.Secrets.OneLine(headers.ToString())}.");
        return null;
    }

    private static string PathAndQuery(string url)
    {
        var start = url.IndexOfAny(['/', '?'], url.IndexOf("//", StringComparison.Ordinal) + 2);
        var path = start < 0 ? "/" : url[start] == '?' ? "/" + url[start..] : url[start..];
        var fragment = path.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? path : path[..fragment];
    }
}

using System.Net;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>The lists of tags and of repositories.</summary>
/// <remarks>distribution-spec, Listing Tags; distribution's <c>_catalog</c>.</remarks>
internal sealed class ListHandler(ManifestFinder finder)
{
    public Task TagsAsync(Exchange exchange)
    {
        RequireGet(exchange);
        var (repository, table) = (exchange.Target.Repository, finder.Table);
        if (!table.In(repository).Any())
        {
            throw new RequestRejectedException(
                HttpStatusCode.NotFound, ErrorCode.NameUnknown, "repository unknown to this registry")
            { Details = [repository] };
        }

        var page = Page.Take(table.Tags(repository), $"/v2/{repository}/tags/list", exchange.Target.Query);
        return AnswerAsync(exchange, page, "tags", writer => writer.WriteString("name", repository));
    }

    public Task CatalogAsync(Exchange exchange)
    {
        RequireGet(exchange);
        return AnswerAsync(exchange, Page.Take(finder.Table.Repositories, "/v2/_catalog", exchange.Target.Query), "repositories", _ => { });
    }

    private static void RequireGet(Exchange exchange)
    {
        if (!exchange.IsSafe)
        {
            throw RequestRejectedException.NotAllowed("GET, HEAD");
        }
    }

    private static Task AnswerAsync(Exchange exchange, Page page, string list, Action<Utf8JsonWriter> head)
    {
        if (page.Link is { } link)
        {
            exchange.ResponseHeaders["Link"] = link;
        }

        var body = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            head(writer);
            writer.WriteStartArray(list);
            foreach (var item in page.Items)
            {
                writer.WriteStringValue(item);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return exchange.AnswerAsync(HttpStatusCode.OK, body, "application/json");
    }
}

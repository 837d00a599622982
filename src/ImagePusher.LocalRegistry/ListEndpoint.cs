using System.Net;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>The lists of tags and of repositories.</summary>
/// <remarks>distribution-spec, Listing Tags; distribution's <c>_catalog</c>.</remarks>
internal sealed class ListEndpoint(NameLookup names)
{
    public Task TagsAsync(Exchange exchange)
    {
        RequireGet(exchange);
        var (repository, table) = (exchange.Target.Repository, names.Table);
        if (!table.In(repository).Any())
        {
            throw new RefusedException(HttpStatusCode.NotFound, ErrorCode.NameUnknown, "there is no such repository") { Details = [repository] };
        }

        var page = Page.Take(table.Tags(repository), $"/v2/{repository}/tags/list", exchange.Target.Query);
        return AnswerAsync(exchange, page, "tags", writer => writer.WriteString("name", repository));
    }

    public Task CatalogAsync(Exchange exchange)
    {
        RequireGet(exchange);
        return AnswerAsync(exchange, Page.Take(names.Table.Repositories, "/v2/_catalog", exchange.Target.Query), "repositories", _ => { });
    }

    private static void RequireGet(Exchange exchange)
    {
        if (exchange.Method is not ("GET" or "HEAD"))
        {
            throw RefusedException.NotAllowed("GET, HEAD");
        }
    }

    private static Task AnswerAsync(Exchange exchange, Page page, string list, Action<Utf8JsonWriter> head)
    {
        if (page.Link is { } link)
        {
            exchange.Response.Headers["Link"] = link;
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

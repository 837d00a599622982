using System.Net;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>One page of a list.</summary>
/// <param name="Status">The status of the response.</param>
/// <param name="Root">The document; undefined where the status is one of the expected rejections.</param>
/// <param name="Length">The bytes of the document.</param>
/// <param name="Next">The path and query of the next page; null for the last page.</param>
/// <param name="Secrets">Removes the secrets of the request from what messages quote.</param>
internal sealed record ListPage(HttpStatusCode Status, JsonElement Root, int Length, string? Next, SecretFilter Secrets)
{
    /// <summary>True if the document has an array of this name.</summary>
    public bool Has(string property) => Root.Property(property) is not null;

    /// <summary>The entries of the array with this name; none where it is null or missing.</summary>
    public IEnumerable<JsonElement> Entries(string property) =>
        Root.Property(property) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}

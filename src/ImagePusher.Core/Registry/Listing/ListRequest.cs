using System.Net;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>A request for a list.</summary>
/// <param name="Target">The path and query of the first page.</param>
/// <param name="Property">The name of the array with the entries.</param>
/// <param name="Purpose">The operation, for messages: <c>listing the tags of localhost:5000/app</c>.</param>
/// <param name="Scopes">The required scopes of the token.</param>
/// <param name="Expected">Rejections that end the list without an error; it is then empty.</param>
internal sealed record ListRequest(
    string Target, string Property, string Purpose, IReadOnlyList<TokenScope> Scopes, params IReadOnlyList<HttpStatusCode> Expected)
{
    /// <summary>Called if the list may lack entries: a link to the next page cannot be read or leads back.</summary>
    public Action Incomplete { get; init; } = static () => { };
}

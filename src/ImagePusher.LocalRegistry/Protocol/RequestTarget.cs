using ImagePusher.Core.Naming;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The target of a request: its kind, the repository, and the last part of the path.</summary>
/// <remarks>
/// The path is parsed without decoding. Each part is unescaped separately and must match the grammar of what it represents, so
/// that <c>..</c>, an escaped '/' and anything else that is not a name addresses nothing.
/// </remarks>
internal sealed record RequestTarget(TargetKind Kind, string Repository, string Reference, QueryString Query)
{
    private static readonly RequestTarget Nothing = new(TargetKind.None, "", "", QueryString.Parse(""));

    /// <summary>The host that the absolute form names, before any Host header (RFC 9112, 3.2.2); null for the usual form.</summary>
    public string? Authority { get; private init; }

    public static RequestTarget Parse(string rawUrl)
    {
        var (authority, url) = SplitAuthority(rawUrl);
        return ParsePath(url) with { Authority = authority };
    }

    private static RequestTarget ParsePath(string url)
    {
        var (path, query) = Split(url);
        var parts = Array.ConvertAll(path.Split('/'), Uri.UnescapeDataString);
        if (parts is not ["", "v2", .. var rest] || Array.Exists(parts, part => part.Contains('/', StringComparison.Ordinal)))
        {
            return Nothing;
        }

        // Matched from the end: the name of a repository may contain 'blobs' or 'manifests'.
        return rest switch
        {
            [] or [""] => new(TargetKind.Root, "", "", QueryString.Parse(query)),
            ["_catalog"] => new(TargetKind.Catalog, "", "", QueryString.Parse(query)),
            [.. var name, "blobs", "uploads"] => Of(TargetKind.Uploads, name, "", query),
            [.. var name, "blobs", "uploads", ""] => Of(TargetKind.Uploads, name, "", query),
            [.. var name, "blobs", "uploads", var id] => Of(TargetKind.Upload, name, id, query),
            [.. var name, "blobs", var digest] => Of(TargetKind.Blob, name, digest, query),
            [.. var name, "manifests", var reference] => Of(TargetKind.Manifest, name, reference, query),
            [.. var name, "tags", "list"] => Of(TargetKind.Tags, name, "", query),
            [.. var name, "referrers", var digest] => Of(TargetKind.Referrers, name, digest, query),
            _ => Nothing,
        };
    }

    /// <summary>True if the repository matches the grammar and leaves room for 'localhost/' in front of it.</summary>
    public bool HasValidRepository => Kind is TargetKind.Root or TargetKind.Catalog
        || (ReferenceGrammar.IsRepository(Repository) && Repository.Length <= ReferenceGrammar.MaximumNameLength - "localhost/".Length);

    private static RequestTarget Of(TargetKind kind, string[] name, string reference, string query) =>
        new(kind, string.Join('/', name), reference, QueryString.Parse(query));

    private static (string Path, string Query) Split(string url)
    {
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (url, "") : (url[..mark], url[(mark + 1)..]);
    }

    // A client may send the absolute form, as to a proxy (RFC 9112, 3.2.2).
    private static (string? Authority, string Url) SplitAuthority(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (url.StartsWith('/') || scheme < 0)
        {
            return (null, url);
        }

        var path = url.IndexOf('/', scheme + 3);
        return path < 0 ? (url[(scheme + 3)..], "/") : (url[(scheme + 3)..path], url[path..]);
    }
}

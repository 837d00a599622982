namespace ImagePusher.Core.Registry.Mirrors;

/// <summary>A mirror, <c>host[:port][/prefix]</c>.</summary>
/// <param name="Host">The host, <c>host[:port]</c>.</param>
/// <param name="Prefix">The path that precedes every repository's path there; null for none.</param>
internal sealed record MirrorAddress(string Host, string? Prefix)
{
    public static MirrorAddress Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new MirrorAddress(text, null) : new MirrorAddress(text[..slash], text[(slash + 1)..]);
    }

    /// <summary>
    /// The options of requests to a mirror: the credential and scheme of the registry are not the mirror's, and it is soon skipped.
    /// </summary>
    public static RequestOptions OptionsFor(RequestOptions options) =>
        options with { Credential = null, PlainHttp = null, MaximumRetryCount = 1 };
}

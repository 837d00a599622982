namespace ImagePusher.TestSupport;

/// <summary>How an nginx in front of another server is configured.</summary>
public sealed record NginxOptions
{
    /// <summary>The largest request body, as nginx writes sizes; the default is nginx's own, 1m. 0 removes the limit.</summary>
    public string BodyLimit { get; init; } = "1m";

    /// <summary>Whether it stores a whole request before it sends it on, as nginx does by default.</summary>
    public bool BuffersRequests { get; init; } = true;

    /// <summary>Whether it passes the requested host to the server behind it; otherwise Locations name that server.</summary>
    public bool ForwardsHost { get; init; } = true;

    /// <summary>Whether it passes the requested scheme to the server behind it; otherwise Locations use http where https is required
    /// (distribution #479, #2225).</summary>
    public bool ForwardsScheme { get; init; } = true;

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>A complete server block for a port; replaces the other options.</summary>
    public Func<int, string>? Server { get; init; }

    /// <summary>Whether it wants a client certificate by the CA of <see cref="Certificates"/>.</summary>
    public bool WantsClientCertificate { get; init; }
}

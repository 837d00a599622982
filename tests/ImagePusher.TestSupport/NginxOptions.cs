namespace ImagePusher.TestSupport;

/// <summary>How an nginx in front of another server is configured.</summary>
public sealed record NginxOptions
{
    /// <summary>The largest request body, as nginx writes sizes; nginx's own default, 1m. 0 is no limit.</summary>
    public string BodyLimit { get; init; } = "1m";

    /// <summary>Whether it stores a whole request before it sends it on, as nginx does by default.</summary>
    public bool BuffersRequests { get; init; } = true;

    /// <summary>Whether it tells the server behind it under what host it was asked. Without, Locations name the server behind.</summary>
    public bool ForwardsHost { get; init; } = true;

    /// <summary>Whether it tells the server behind it under what scheme it was asked. Without, Locations say http where https is needed (distribution #479, #2225).</summary>
    public bool ForwardsScheme { get; init; } = true;

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>A whole server block, made for a port; in place of what the other options say.</summary>
    public Func<int, string>? Server { get; init; }

    /// <summary>Whether it wants a client certificate by the CA of <see cref="Certificates"/>.</summary>
    public bool WantsClientCertificate { get; init; }
}

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>The environment of a fake registry.</summary>
public sealed record FakeRegistryOptions
{
    /// <summary>The server whose bearer tokens it requires; none by default.</summary>
    public TokenServer? TokenServer { get; init; }

    /// <summary>Names and passwords for Basic; none by default, which allows anonymous access.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The repositories that are there at the start, for those that must exist.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>Called with each request before it is served, for instance to move a clock on.</summary>
    public Action<LoggedRequest> BeforeRequest { get; init; } = _ => { };
}

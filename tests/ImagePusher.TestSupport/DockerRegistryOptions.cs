namespace ImagePusher.TestSupport;

/// <summary>How a docker-registry is configured.</summary>
public sealed record DockerRegistryOptions
{
    /// <summary>The names and passwords of users with full access, checked with Basic; none by default, which allows anonymous
    /// access.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The server whose bearer tokens it requires; none by default.</summary>
    public RegistryTokenAuthority? TokenAuthority { get; init; }

    /// <summary>True if it rejects changes with 405.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The storage folder; by default a temporary folder that is deleted with the registry.</summary>
    public string? StorageFolder { get; init; }

    /// <summary>The key that signs the state in upload Locations. Two registries on one storage accept each other's Locations only if the
    /// keys are equal.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether Locations come without scheme and host.</summary>
    public bool RelativeLocations { get; init; }

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>Whether it wants a client certificate by the CA of <see cref="Certificates"/>.</summary>
    public bool WantsClientCertificate { get; init; }
}

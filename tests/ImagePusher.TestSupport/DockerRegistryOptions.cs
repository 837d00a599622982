namespace ImagePusher.TestSupport;

/// <summary>How a docker-registry is configured.</summary>
public sealed record DockerRegistryOptions
{
    /// <summary>Names and passwords of those who may do everything, checked by Basic; none by default, which lets everybody in.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The server whose bearer tokens it wants; none by default.</summary>
    public RegistryTokenAuthority? TokenAuthority { get; init; }

    /// <summary>Whether it rejects what changes it, with 405.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Where it keeps its content; a folder of its own by default, deleted with it.</summary>
    public string? StorageFolder { get; init; }

    /// <summary>What signs the state in upload Locations. Two registries on one storage understand each other's only if it is
    /// equal.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether Locations come without scheme and host.</summary>
    public bool RelativeLocations { get; init; }

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>Whether it wants a client certificate by the CA of <see cref="Certificates"/>.</summary>
    public bool WantsClientCertificate { get; init; }
}

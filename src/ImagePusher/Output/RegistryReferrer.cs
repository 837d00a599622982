using System.Collections;

namespace ImagePusher.Output;

/// <summary>A manifest that refers to another one: a signature, an SBOM, an attestation.</summary>
public sealed class RegistryReferrer
{
    /// <summary>The full name, by digest: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The full name of what it refers to, by digest.</summary>
    public required string Subject { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>What kind of artifact it is; for one that is tied by its tag the media type of its first layer.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The tag that ties it to its subject, as cosign's <c>sha256-….sig</c>; null where the registry lists it as a referrer.</summary>
    public string? Tag { get; init; }

    /// <summary>The manifest's media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>The manifest's bytes.</summary>
    public long Size { get; init; }

    /// <summary>The annotations, by name.</summary>
    public IDictionary Annotations { get; init; } = new Hashtable();

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;
}

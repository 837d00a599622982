using System.Collections;

namespace ImagePusher.Output;

/// <summary>A manifest or an index as a registry has it.</summary>
public sealed class RegistryManifest
{
    /// <summary>The full name it was asked for by: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>An index or manifest: the bytes of <see cref="Raw"/>. See <see cref="Layers"/> for those of the content.</summary>
    public long Size { get; init; }

    /// <summary>The platforms: one for an image, each of an index.</summary>
    public string[] Platform { get; init; } = [];

    /// <summary>The layers, lowest first; empty for an index.</summary>
    public ManifestEntry[] Layers { get; init; } = [];

    /// <summary>The manifests of an index; empty for an image.</summary>
    public ManifestEntry[] Manifests { get; init; } = [];

    /// <summary>The annotations, by name.</summary>
    public IDictionary Annotations { get; init; } = new Hashtable();

    /// <summary>The bytes as the registry sent them.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;
}

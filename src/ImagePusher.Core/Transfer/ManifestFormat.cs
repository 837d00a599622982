namespace ImagePusher.Core.Transfer;

/// <summary>The kind of manifest that is written for a docker-save, which has none of its own.</summary>
public enum ManifestFormat
{
    /// <summary>An OCI image manifest.</summary>
    Oci,

    /// <summary>A docker manifest, version 2 schema 2, for registries that know nothing else.</summary>
    Docker,
}

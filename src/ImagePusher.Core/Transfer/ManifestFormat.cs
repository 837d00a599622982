namespace ImagePusher.Core.Transfer;

/// <summary>The format of the manifest that is created for an image of a docker archive, which has none of its own.</summary>
public enum ManifestFormat
{
    /// <summary>An OCI image manifest.</summary>
    Oci,

    /// <summary>A docker manifest, version 2 schema 2, for registries that do not support OCI manifests.</summary>
    Docker,
}

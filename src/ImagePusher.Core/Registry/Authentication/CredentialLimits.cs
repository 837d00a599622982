namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The limits on files and programs with credentials and certificates. docs/security.md lists them.</summary>
internal static class CredentialLimits
{
    /// <summary>The maximum number of bytes of a configuration file of docker or podman: 4 MiB.</summary>
    public const int ConfigFile = 4 * 1024 * 1024;

    /// <summary>The maximum number of characters that a credential helper may write: 1 MiB; an identity token has a few thousand.</summary>
    public const int HelperOutput = 1024 * 1024;

    /// <summary>The maximum number of bytes of a file of certificates or their keys: 4 MiB; all public authorities together take a
    /// quarter.</summary>
    public const int CertificateFile = 4 * 1024 * 1024;
}

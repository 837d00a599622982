namespace ImagePusher.Core.Yaml;

/// <summary>The limits on a YAML file. docs/security.md lists them.</summary>
internal static class YamlLimits
{
    /// <summary>The maximum number of bytes of a file: 8 MiB, enough for lists of 100,000 images.</summary>
    public const int FileLength = 8 * 1024 * 1024;

    /// <summary>The maximum number of levels of lists and mappings: 64. Sync files have five.</summary>
    public const int Depth = 64;

    /// <summary>The maximum number of values of a file after its aliases are replaced by what they represent: 1,000,000.</summary>
    public const int Nodes = 1_000_000;
}

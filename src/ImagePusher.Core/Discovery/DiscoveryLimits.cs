namespace ImagePusher.Core.Discovery;

/// <summary>The limits on files in which references are searched. docs/security.md lists them.</summary>
internal static class DiscoveryLimits
{
    /// <summary>The maximum number of bytes of a file that is read: 16 MiB; rendered charts have a few.</summary>
    public const int FileLength = 16 * 1024 * 1024;

    /// <summary>The maximum number of references of a file: 100,000.</summary>
    public const int References = 100_000;

    /// <summary>The maximum number of errors of a file: 100. One with more is hardly of its supposed kind, and is not searched
    /// further.</summary>
    public const int Errors = 100;

    /// <summary>The maximum number of values of a YAML file, aliases included: 1,000,000.</summary>
    public const int YamlNodes = 1_000_000;

    /// <summary>The maximum number of levels of nested YAML values: 100.</summary>
    public const int YamlDepth = 100;

    /// <summary>The maximum number of characters that variables may expand to: 4,096; a reference has at most about 500.</summary>
    public const int ExpandedLength = 4096;

    /// <summary>
    /// The maximum number of characters of all arguments of a Dockerfile, with the variables in them expanded: 16,777,216; a name of a few
    /// characters can represent <see cref="ExpandedLength"/> each time.
    /// </summary>
    public const int ArgumentCharacters = 16 * 1024 * 1024;

    /// <summary>The maximum number of levels of variables within the defaults of variables: 16.</summary>
    public const int VariableDepth = 16;
}

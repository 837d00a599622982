namespace ImagePusher.Core.Engines;

/// <summary>The limits on responses of a container engine. docs/security.md lists them.</summary>
internal static class EngineLimits
{
    /// <summary>The maximum number of characters of one message of an engine: 64 Ki.</summary>
    public const int MessageLength = 64 * 1024;

    /// <summary>The maximum number of messages of one load: 100,000; docker writes several for each layer.</summary>
    public const int Messages = 100_000;

    /// <summary>The maximum time to connect to an engine.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
}

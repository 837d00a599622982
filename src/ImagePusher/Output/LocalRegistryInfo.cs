using ImagePusher.LocalRegistry;
namespace ImagePusher.Output;

/// <summary>A registry that this process serves from a cache.</summary>
public sealed class LocalRegistryInfo
{
    /// <summary>Its address, <c>host:port</c>; binds to -Registry, and -Destination accepts it.</summary>
    public required string Registry { get; init; }

    /// <summary>The port.</summary>
    public long Port { get; init; }

    /// <summary>The folder of the cache that it serves; binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>True if it rejects pushes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The time at which it was started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The number of requests that it has answered.</summary>
    public long Requests { get; init; }

    /// <summary>Its address.</summary>
    public override string ToString() => Registry;

    internal static LocalRegistryInfo Of(LocalRegistryServer server) => new()
    {
        Registry = server.Address,
        Port = server.Port,
        CachePath = server.Cache.Path,
        ReadOnly = server.IsReadOnly,
        Started = server.Started,
        Requests = server.Requests,
    };
}

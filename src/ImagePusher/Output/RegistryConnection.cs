namespace ImagePusher.Output;

/// <summary>A registry that this session has credentials for. The secret is not part of it.</summary>
public sealed class RegistryConnection
{
    /// <summary>The registry, <c>host[:port]</c>: what binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The user; null where the session asks anonymously or by an identity token.</summary>
    public string? UserName { get; init; }

    /// <summary>How it proves who it is: <c>Password</c>, <c>IdentityToken</c> or <c>Anonymous</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>True if the registry is reached by plain http.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;
}

using ImagePusher.Core.Registry;

namespace ImagePusher.Output;

/// <summary>A registry for which this session has credentials. The secret is not part of the object.</summary>
public sealed class RegistryConnection
{
    /// <summary>The registry, <c>host[:port]</c>; binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The user name; null for anonymous access and for an identity token.</summary>
    public string? UserName { get; init; }

    /// <summary>The kind of authentication: <c>Password</c>, <c>IdentityToken</c> or <c>Anonymous</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>True if the registry is accessed by HTTP without TLS.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;

    internal static RegistryConnection Of(RegistryClient client, string registry)
    {
        var credential = client.Connections.GetValueOrDefault(registry);
        return new RegistryConnection
        {
            Registry = registry,
            UserName = credential is { IsIdentityToken: false } ? credential.UserName : null,
            Kind = credential is null ? "Anonymous" : credential.IsIdentityToken ? "IdentityToken" : "Password",
            PlainHttp = client.GetSettings(registry).PlainHttp ?? false,
        };
    }
}

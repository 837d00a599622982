using ImagePusher.Core.Registry;

namespace ImagePusher.Output;

/// <summary>Makes the objects of connections.</summary>
internal static class RegistryConnections
{
    public static RegistryConnection Of(RegistryClient client, string registry)
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

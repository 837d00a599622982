using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads the credentials of regsync's form.</summary>
internal sealed class RegsyncCredentials(SyncValues values)
{
    public Dictionary<string, SyncRegistry> Read(YamlNode node)
    {
        var registries = new Dictionary<string, SyncRegistry>();
        foreach (var item in values.List(node, "the value of 'creds'"))
        {
            var (name, access) = ReadRegistry(item);
            if (!registries.TryAdd(name, access))
            {
                throw values.Error(item, $"the registry '{name}' occurs twice");
            }
        }

        return registries;
    }

    private (string Name, SyncRegistry Access) ReadRegistry(YamlNode node)
    {
        var (registry, user, secret, token) = (default(string), "", default(string), default(string));
        var access = new SyncRegistry();
        foreach (var (key, value) in values.Mapping(node, "an item of 'creds'"))
        {
            switch (key.Text)
            {
                case "registry":
                    registry = values.Parse(value, "the registry", text => ImageReference.Create(text, "any").Registry);
                    break;
                case "user":
                    user = values.Text(value, "the user name");
                    break;
                case "pass":
                    secret = values.Secret(value, "the password");
                    break;
                case "token":
                    token = values.Secret(value, "the token");
                    break;
                case "tls":
                    access = Tls(value);
                    break;
                default:
                    throw values.Unsupported(key, "registry, user, pass, token and tls");
            }
        }

        var credential = token is not null ? RegistryCredential.FromIdentityToken(token)
            : secret is not null ? new RegistryCredential(user, secret)
            : null;
        return (registry ?? throw values.Error(node, "the registry is missing"), access with { Credential = credential });
    }

    private SyncRegistry Tls(YamlNode node) => values.Text(node, "the value of 'tls'") switch
    {
        "enabled" => new SyncRegistry { PlainHttp = false },
        "insecure" => new SyncRegistry { PlainHttp = false, SkipCertificateCheck = true },
        "disabled" => new SyncRegistry { PlainHttp = true },
        _ => throw values.Error(node, "the value of 'tls' is unknown", "Use 'enabled', 'insecure' or 'disabled'."),
    };
}

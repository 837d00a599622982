using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads skopeo's form: registries with their repositories, and which tags of each are wanted.</summary>
/// <remarks>skopeo-sync(1), "YAML file content".</remarks>
/// <param name="name">The name of the file.</param>
/// <param name="values">Reads its values.</param>
/// <param name="folder">The current folder, to which a cert-dir is relative.</param>
internal sealed class SkopeoSyncReader(string name, SyncValues values, string folder)
{
    private const string Keys = "images, images-by-tag-regex, images-by-semver, credentials, tls-verify and cert-dir";

    private readonly List<SyncEntry> _entries = [];
    private readonly Dictionary<string, SyncRegistry> _registries = [];

    public SyncFile Read(YamlNode root)
    {
        foreach (var (key, value) in values.Mapping(root, "the file"))
        {
            var registry = values.Parse(key, "the registry", text => ImageReference.Create(text, "any").Registry);
            if (!_registries.TryAdd(registry, ReadRegistry(registry, value)))
            {
                throw values.Error(key, $"the registry '{registry}' occurs twice", "Write its repositories under one key.");
            }
        }

        return new SyncFile { Path = name, Entries = _entries, Registries = _registries };
    }

    private SyncRegistry ReadRegistry(string registry, YamlNode node)
    {
        var access = new SyncRegistry();
        foreach (var (key, value) in values.Mapping(node, $"the value of '{registry}'"))
        {
            switch (key.Text)
            {
                case "images":
                    Repositories(registry, key, value, item => Names(item));
                    break;
                case "images-by-tag-regex":
                    Repositories(registry, key, value, item => SyncRule.OfSets(
                        new SyncTagSet { Allow = [values.Expression(item, "the value", isAnchored: false)] }));
                    break;
                case "images-by-semver":
                    Repositories(registry, key, value, item => SyncRule.OfSets(
                        new SyncTagSet { Ranges = [values.Range(item, "the range")] }));
                    break;
                case "credentials":
                    access = access with { Credential = Credential(value) };
                    break;
                case "tls-verify":
                    var verifies = values.Flag(value, "tls-verify");
                    access = access with { SkipCertificateCheck = !verifies, AllowsHttp = !verifies, PlainHttp = verifies ? false : null };
                    break;
                case "cert-dir":
                    access = access with { CertificateFolder = Folder(value) };
                    break;
                default:
                    throw values.Unsupported(key, Keys);
            }
        }

        return access;
    }

    private void Repositories(string registry, YamlNode key, YamlNode node, Func<YamlNode, SyncRule> rule)
    {
        foreach (var (repository, value) in values.Mapping(node, $"the value of '{key.Text}'"))
        {
            _entries.Add(new SyncEntry
            {
                Registry = registry,
                Repository = values.Parse(repository, "the repository", text => ImageReference.Create(registry, text)),
                Rule = rule(value),
                Line = repository.Line,
                Column = repository.Column,
            });
        }
    }

    private SyncRule Names(YamlNode node)
    {
        var names = values.List(node, "the value").Select(item => values.Parse(item, "the tag or digest", NameOf)).ToList();
        return names.Count == 0 ? SyncRule.OfSets() : SyncRule.OfNames(names);
    }

    private static string NameOf(string text) => Digest.TryParse(text, out _) ? text : ImageReference.Create("localhost", "any", text).Tag!;

    // Null for a key without a value, as when its lines are comments.
    private RegistryCredential? Credential(YamlNode node)
    {
        if (node.IsNull)
        {
            return null;
        }

        var (user, password) = ("", "");
        foreach (var (key, value) in values.Mapping(node, "the value of 'credentials'"))
        {
            switch (key.Text)
            {
                case "username":
                    user = values.Text(value, "the user name");
                    break;
                case "password":
                    password = values.Secret(value, "the password");
                    break;
                default:
                    throw values.Unsupported(key, "username and password");
            }
        }

        return password.Length > 0
            ? new RegistryCredential(user, password)
            : throw values.Error(node, "the credentials have no password");
    }

    private string Folder(YamlNode node)
    {
        var path = Path.GetFullPath(values.Text(node, "cert-dir"), folder);
        return Directory.Exists(path) ? path : throw values.Error(node, $"the folder '{path}' does not exist");
    }
}

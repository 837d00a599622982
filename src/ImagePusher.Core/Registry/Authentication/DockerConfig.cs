using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The content of Docker's config.json or Podman's auth.json.</summary>
/// <param name="Auths">The credentials by their keys.</param>
/// <param name="Helpers">The credential helpers by their keys.</param>
/// <param name="Store">The credential helper of all other registries; null for none.</param>
/// <param name="Problems">Why the entry of a key cannot be used.</param>
/// <param name="Names">All keys, also those whose entry is empty because a helper has the credential.</param>
internal sealed record DockerConfig(
    IReadOnlyDictionary<string, RegistryCredential> Auths, IReadOnlyDictionary<string, string> Helpers, string? Store,
    IReadOnlyDictionary<string, string> Problems, IReadOnlyList<string> Names)
{
    // Docker reads comments and trailing commas too.
    private static readonly JsonDocumentOptions Format = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static DockerConfig Empty { get; } = new(
        new Dictionary<string, RegistryCredential>(), new Dictionary<string, string>(), null, new Dictionary<string, string>(), []);

    /// <summary>Reads a file in UTF-8 or UTF-16, with or without a byte order mark: Windows PowerShell 5.1 writes UTF-16.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static DockerConfig Parse(ReadOnlySpan<byte> raw)
    {
        using var json = JsonDocument.Parse(Decode(raw), Format);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException();
        }

        var (auths, problems) = (new Dictionary<string, RegistryCredential>(), new Dictionary<string, string>());
        foreach (var (name, value) in Properties(json.RootElement, "auths"))
        {
            try
            {
                if (Read(value) is { } credential)
                {
                    auths[name] = credential;
                }
            }
            catch (FormatException error)
            {
                problems[name] = error.Message;
            }
        }

        var helpers = new Dictionary<string, string>();
        foreach (var (name, value) in Properties(json.RootElement, "credHelpers"))
        {
            if (value.Text() is { } helper)
            {
                helpers[name] = helper;
            }
        }

        var entries = Properties(json.RootElement, "auths").Concat(Properties(json.RootElement, "credHelpers"));
        string[] names = [.. entries.Select(entry => entry.Name)];
        return new DockerConfig(auths, helpers, json.RootElement.Text("credsStore"), problems, names);
    }

    private static string Decode(ReadOnlySpan<byte> raw) => raw switch
    {
        [0xef, 0xbb, 0xbf, .. var text] => Encoding.UTF8.GetString(text),
        [0xff, 0xfe, .. var text] => Encoding.Unicode.GetString(text),
        [0xfe, 0xff, .. var text] => Encoding.BigEndianUnicode.GetString(text),
        [not 0, 0, ..] => Encoding.Unicode.GetString(raw),
        [0, not 0, ..] => Encoding.BigEndianUnicode.GetString(raw),
        _ => Encoding.UTF8.GetString(raw),
    };

    // A name that is not Unicode is the name of no registry.
    private static IEnumerable<(string Name, JsonElement Value)> Properties(JsonElement root, string name)
    {
        if (root.Property(name) is { ValueKind: JsonValueKind.Object } list)
        {
            foreach (var property in list.EnumerateObject())
            {
                if (OciJson.NameOf(property) is { } key)
                {
                    yield return (key, property.Value);
                }
            }
        }
    }

    // Null for the empty entry that Docker writes where a helper has the credential.
    private static RegistryCredential? Read(JsonElement entry)
    {
        if (entry.Text("identitytoken") is { Length: > 0 } token)
        {
            return RegistryCredential.FromIdentityToken(token);
        }

        if (entry.Text("username") is { Length: > 0 } user && entry.Text("password") is { } password)
        {
            return new RegistryCredential(user, password);
        }

        if (entry.Text("auth") is not { Length: > 0 } auth)
        {
            return entry.Property("auth") is { ValueKind: JsonValueKind.String } text && text.Text() is null
                ? throw new FormatException("it is not Unicode text")
                : null;
        }

        var pair = DecodeBase64(auth);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new RegistryCredential(pair[..colon], pair[(colon + 1)..])
            : throw new FormatException("its 'auth' is not the base64 form of USER:PASSWORD");
    }

    // With or without padding, in either alphabet.
    private static string DecodeBase64(string text)
    {
        try
        {
            var digits = text.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
            var bytes = Convert.FromBase64String(digits + new string('=', -digits.Length & 3));
            return Encoding.UTF8.GetString(bytes).TrimEnd('\0', '\r', '\n');
        }
        catch (FormatException)
        {
            throw new FormatException("its 'auth' is not base64");
        }
    }
}

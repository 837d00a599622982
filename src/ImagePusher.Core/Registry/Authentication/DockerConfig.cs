using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The content of Docker's config.json or Podman's auth.json.</summary>
/// <param name="Auths">The credentials by their keys.</param>
/// <param name="Helpers">The credential helpers by their keys.</param>
/// <param name="Store">The credential helper of all other registries; null for none.</param>
/// <param name="Problems">The errors of entries that cannot be used, by key.</param>
/// <param name="Problem">The error of a part of the file that cannot be used; null for none.</param>
/// <param name="Names">All keys, also those whose entry is empty because a helper has the credential.</param>
internal sealed record DockerConfig(
    IReadOnlyDictionary<string, RegistryCredential> Auths, IReadOnlyDictionary<string, string> Helpers, string? Store,
    IReadOnlyDictionary<string, string> Problems, string? Problem, IReadOnlyList<string> Names)
{
    // Docker reads comments and trailing commas too.
    private static readonly JsonDocumentOptions Format = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static DockerConfig Empty { get; } = new(
        new Dictionary<string, RegistryCredential>(), new Dictionary<string, string>(), null, new Dictionary<string, string>(), null, []);

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read, is not a regular file, or is too large.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static DockerConfig Read(string path) => Parse(RegularFile.ReadAll(path, CredentialLimits.ConfigFile)
        ?? throw new IOException($"it is missing or has more than {CredentialLimits.ConfigFile} bytes"));

    /// <summary>Reads a file in UTF-8 or UTF-16, with or without a byte order mark: Windows PowerShell 5.1 writes UTF-16.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static DockerConfig Parse(ReadOnlySpan<byte> raw)
    {
        using var json = JsonDocument.Parse(Decode(raw), Format);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException();
        }

        var root = json.RootElement;
        var (auths, problems) = (new Dictionary<string, RegistryCredential>(), new Dictionary<string, string>());
        foreach (var (name, value) in CredentialEntries(root))
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
        foreach (var (name, value) in Properties(root, "credHelpers"))
        {
            if (value.Text() is { } helper)
            {
                helpers[name] = helper;
            }
            else if (value.ValueKind != JsonValueKind.Null)
            {
                problems[name] = "its credential helper is not text";
            }
        }

        string[] names = [.. CredentialEntries(root).Concat(Properties(root, "credHelpers")).Select(entry => entry.Name)];
        return new DockerConfig(auths, helpers, Text(root, "credsStore"), problems, ProblemOf(root), names);
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

    private static string? ProblemOf(JsonElement root)
    {
        string[] parts = ["auths", "credHelpers"];
        var part = parts.FirstOrDefault(
            name => root.PropertyInAnyCase(name) is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) });
        return part is null ? null : $"its '{part}' is not a JSON object";
    }

    // The file of old versions of Docker, .dockercfg, has the entries at the top.
    private static IEnumerable<(string Name, JsonElement Value)> CredentialEntries(JsonElement root) => Entries(root)
        .Where(entry => entry.Value.ValueKind == JsonValueKind.Object && Text(entry.Value, "auth") is not null)
        .Concat(Properties(root, "auths"));

    private static IEnumerable<(string Name, JsonElement Value)> Properties(JsonElement root, string name) =>
        root.PropertyInAnyCase(name) is { ValueKind: JsonValueKind.Object } list ? Entries(list) : [];

    // A name that is not Unicode is the name of no registry.
    private static IEnumerable<(string Name, JsonElement Value)> Entries(JsonElement list)
    {
        foreach (var property in list.EnumerateObject())
        {
            if (OciJson.NameOf(property) is { } key)
            {
                yield return (key, property.Value);
            }
        }
    }

    // Null for the empty entry that Docker writes where a helper has the credential.
    private static RegistryCredential? Read(JsonElement entry)
    {
        if (entry.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            throw new FormatException("it is not a JSON object");
        }

        if (Text(entry, "identitytoken") is { } token)
        {
            return RegistryCredential.FromIdentityToken(token);
        }

        if (Text(entry, "username") is { } user && entry.PropertyInAnyCase("password")?.Text() is { } password)
        {
            return new RegistryCredential(user, password);
        }

        if (Text(entry, "auth") is not { } auth)
        {
            return entry.PropertyInAnyCase("auth") is not { ValueKind: not JsonValueKind.Null } other || other.Text() is { Length: 0 }
                ? null
                : throw new FormatException("its 'auth' is not Unicode text");
        }

        var pair = DecodeBase64(auth);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new RegistryCredential(pair[..colon], pair[(colon + 1)..])
            : throw new FormatException("its 'auth' is not the base64 form of USER:PASSWORD");
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.PropertyInAnyCase(name)?.Text() is { Length: > 0 } text ? text : null;

    // With or without padding and line breaks, in either alphabet.
    private static string DecodeBase64(string text)
    {
        var digits = string.Concat(text.Split()).TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[digits.Length];
        return !Convert.TryFromBase64String(digits + new string('=', -digits.Length & 3), bytes, out var length)
            ? throw new FormatException("its 'auth' is not base64")
            : !Utf8.IsValid(bytes.AsSpan(0, length)) ? throw new FormatException("its 'auth' is not the base64 form of UTF-8 text")
            : Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0', '\r', '\n');
    }
}

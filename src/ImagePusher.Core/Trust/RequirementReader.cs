using System.Text;
using System.Text.Json;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the requirements of a policy.</summary>
/// <param name="folder">The folder of the policy, which relative paths refer to.</param>
/// <param name="clock">The time at which certificates must be valid.</param>
internal sealed class RequirementReader(string folder, TimeProvider clock)
{
    private static readonly string[] OnlyType = ["type"];
    private static readonly string[] SignedByNames = ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"];
    private static readonly string[] RekorNames =
        ["rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas"];

    private static readonly string[] KeyNames = ["keyPath", "keyPaths", "keyData", "keyDatas"];
    private static readonly string[] SigstoreNames = ["type", "signedIdentity", "fulcio", "pki", .. KeyNames, .. RekorNames];

    /// <exception cref="FormatException">The requirement is malformed or unknown; the message names the place.</exception>
    public PolicyRequirement Read(JsonElement element, string place)
    {
        var properties = StrictJson.Object(element, place);
        var type = StrictJson.Text(properties, "type", place);
        return type switch
        {
            "insecureAcceptAnything" => new AcceptAnything(Only(element, OnlyType, place)),
            "reject" => new RejectAnything(Only(element, OnlyType, place)),
            "sigstoreSigned" => ReadSigstore(properties, Only(element, SigstoreNames, place)),
            "signedBy" => new UnsupportedRequirement(
                $"{Only(element, SignedByNames, place)}.type", "'signedBy', simple signing with GPG keys"),
            _ => throw StrictJson.Invalid($"{place}.type", $"'{TerminalText.Quote(type)}' is not a known requirement"),
        };
    }

    private static string Only(JsonElement element, string[] known, string place)
    {
        _ = StrictJson.Object(element, known, place);
        return place;
    }

    private PolicyRequirement ReadSigstore(Dictionary<string, JsonElement> properties, string place)
    {
        var rule = properties.TryGetValue("signedIdentity", out var identity)
            ? IdentityRuleReader.Read(identity, $"{place}.signedIdentity")
            : new MatchRepoDigestOrExact();
        var source = KeyNames.Append("fulcio").Append("pki").Where(properties.ContainsKey).ToList() is [var only]
            ? only
            : throw StrictJson.Invalid(place, "needs exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki");
        if (RekorNames.Prepend("fulcio").FirstOrDefault(properties.ContainsKey) is { } unsupported)
        {
            return new UnsupportedRequirement($"{place}.{unsupported}", "the transparency log");
        }

        var at = $"{place}.{source}";
        var trust = source == "pki" ? new PkiReader(folder, clock).Read(properties[source], at) : ReadKeys(properties[source], source, at);
        return new SigstoreSigned(place, new Lazy<SignatureTrust>(trust), rule);
    }

    // Keys are read when an image needs them: a policy of the system may name files that only exist where they are used.
    private Func<SignatureTrust> ReadKeys(JsonElement value, string name, string at)
    {
        if (name.StartsWith("keyPath", StringComparison.Ordinal))
        {
            var paths = Texts(value, name == "keyPaths", at);
            return () => new KeyTrust([.. paths.Select(path => ReadKey(
                KeyText.ReadFile(Path.Combine(folder, path), $"public key of {at}"), $"The public key '{path}' of {at}"))]);
        }

        var keys = Texts(value, name == "keyDatas", at).Select(text => Encoding.Latin1.GetString(StrictJson.Base64(text, at))).ToList();
        return () => new KeyTrust([.. keys.Select(text => ReadKey(text, $"The public key of {at}"))]);
    }

    // One key each, as skopeo reads them: which of several would be trusted must not depend on the reader.
    private static VerificationKey ReadKey(string pem, string origin) => KeyText.ReadPublicKeys(pem, origin) is [var only]
        ? only
        : throw KeyText.Invalid(origin, "it contains several keys; specify each key separately");

    private static List<string> Texts(JsonElement value, bool isList, string at) => isList
        ? [.. StrictJson.List(value, at).Select((element, position) => NotEmpty(element, $"{at}[{position}]"))]
        : [NotEmpty(value, at)];

    private static string NotEmpty(JsonElement value, string at) =>
        StrictJson.Text(value, at) is { Length: > 0 } text ? text : throw StrictJson.Invalid(at, "is empty");
}

using System.Text.Json;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the <c>signedIdentity</c> of a requirement.</summary>
internal static class IdentityRuleReader
{
    private static readonly string[] OnlyType = ["type"];
    private static readonly string[] ReferenceNames = ["type", "dockerReference"];
    private static readonly string[] RepositoryNames = ["type", "dockerRepository"];
    private static readonly string[] RemapNames = ["type", "prefix", "signedPrefix"];

    /// <exception cref="FormatException">The rule is malformed or unknown; the message names the place.</exception>
    public static IdentityRule Read(JsonElement element, string place)
    {
        var properties = StrictJson.Object(element, place);
        var type = StrictJson.Text(properties, "type", place);
        var known = type switch
        {
            "matchExact" or "matchRepoDigestOrExact" or "matchRepository" => OnlyType,
            "exactReference" => ReferenceNames,
            "exactRepository" => RepositoryNames,
            "remapIdentity" => RemapNames,
            _ => throw StrictJson.Invalid($"{place}.type", $"'{TerminalText.Quote(type)}' is not a known identity"),
        };
        _ = StrictJson.Object(element, known, place);
        return type switch
        {
            "matchExact" => new MatchExact(),
            "matchRepoDigestOrExact" => new MatchRepoDigestOrExact(),
            "matchRepository" => new MatchRepository(),
            "exactReference" => new ExactReference(ReadReference(properties, "dockerReference", place, isRepository: false)),
            "exactRepository" => new ExactRepository(ReadReference(properties, "dockerRepository", place, isRepository: true)),
            _ => new RemapIdentity(ReadPrefix(properties, "prefix", place), ReadPrefix(properties, "signedPrefix", place)),
        };
    }

    private static ImageReference ReadReference(
        Dictionary<string, JsonElement> properties, string name, string place, bool isRepository)
    {
        var text = StrictJson.Text(properties, name, place);
        var wanted = isRepository ? "a repository" : "a reference with a tag or a digest";
        return SignedName.TryParse(text, out var reference) && reference.IsRepository == isRepository
            ? reference.Reference
            : throw StrictJson.Invalid($"{place}.{name}", $"'{TerminalText.Quote(text)}' is not {wanted}");
    }

    private static string ReadPrefix(Dictionary<string, JsonElement> properties, string name, string place)
    {
        var text = StrictJson.Text(properties, name, place);
        return PolicyScope.IsPrefix(text)
            ? text
            : throw StrictJson.Invalid($"{place}.{name}", $"'{TerminalText.Quote(text)}' is not a host, a namespace or a repository");
    }
}

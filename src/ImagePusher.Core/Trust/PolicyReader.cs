using System.Text.Json;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Trust;

/// <summary>The requirements of a policy: of the scopes of its docker transport, and the default.</summary>
/// <param name="Default">Applies where no scope matches.</param>
/// <param name="Docker">The requirements by scope; the empty scope is the default of the transport.</param>
internal sealed record PolicyContent(
    IReadOnlyList<PolicyRequirement> Default, IReadOnlyDictionary<string, IReadOnlyList<PolicyRequirement>> Docker)
{
    private readonly ILookup<string, string> _registries =
        Docker.Keys.Select(PolicyScope.RegistryOf).OfType<string>().Distinct().ToLookup(RegistrySpelling.Of);

    /// <summary>The name with its registry as scopes spell it, where that differs.</summary>
    public IEnumerable<ImageReference> OtherSpellingsOf(ImageReference name) =>
        _registries[RegistrySpelling.Of(name.Registry)]
            .Where(registry => !registry.Equals(name.Registry, StringComparison.OrdinalIgnoreCase))
            .Select(registry => ImageReference.Create(registry, name.Repository, name.Tag, name.Digest));
}

/// <summary>
/// Reads containers-policy.json(5). Unknown content is rejected, because ignoring a requirement would accept too many images.
/// </summary>
/// <param name="requirements">Reads the requirements.</param>
internal sealed class PolicyReader(RequirementReader requirements)
{
    private const string Docker = "docker";
    private static readonly string[] TopNames = ["default", "transports"];

    // containers-transports(5). Their scopes are read, so that an error in them is found, and apply to no image of this library.
    private static readonly string[] Transports =
    [
        Docker, "atomic", "containers-storage", "dir", "docker-archive", "docker-daemon", "oci", "oci-archive", "ostree", "sif", "tarball",
    ];

    /// <exception cref="FormatException">The policy is malformed or has something unknown; the message names the place.</exception>
    public PolicyContent Read(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Parse(json);
        var top = StrictJson.Object(document.RootElement, TopNames, "");
        var general = top.TryGetValue("default", out var list)
            ? ReadList(list, "default")
            : throw StrictJson.Invalid("default", "is missing");
        var docker = new Dictionary<string, IReadOnlyList<PolicyRequirement>>(StringComparer.Ordinal);
        if (top.TryGetValue("transports", out var transports))
        {
            foreach (var (transport, scopes) in StrictJson.Object(transports, Transports, "transports"))
            {
                ReadScopes(transport, scopes, docker);
            }
        }

        return new PolicyContent(general, docker);
    }

    private void ReadScopes(string transport, JsonElement element, Dictionary<string, IReadOnlyList<PolicyRequirement>> docker)
    {
        var place = StrictJson.Join("transports", transport);
        foreach (var (scope, list) in StrictJson.Object(element, place))
        {
            var at = StrictJson.Join(place, scope);
            var read = ReadList(list, at);
            if (transport == Docker)
            {
                docker[PolicyScope.IsValid(scope) ? scope : throw StrictJson.Invalid(at, "is not a scope")] = read;
            }
        }
    }

    private List<PolicyRequirement> ReadList(JsonElement list, string place) =>
        [.. StrictJson.List(list, place).Select((element, position) => requirements.Read(element, $"{place}[{position}]"))];
}

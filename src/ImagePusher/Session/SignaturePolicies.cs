using System.Collections.Concurrent;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;

namespace ImagePusher.Session;

/// <summary>
/// The signature policies of registries. Unlike other options, the default applies to every registry without a policy of its own, also
/// if that registry has other options: a policy must not be lost by an option that was set before it.
/// </summary>
internal sealed class SignaturePolicies
{
    // Hosts are the same in upper and lower case.
    private readonly ConcurrentDictionary<string, string> _paths = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The registries with a policy of their own.</summary>
    public IEnumerable<string> Registries => _paths.Keys.Where(registry => registry != RegistryNames.Default);

    /// <summary>Sets the policy of a registry, or the default.</summary>
    /// <param name="registry">The registry; <see cref="RegistryNames.Default"/> for the default.</param>
    /// <param name="path">The policy file; empty for none.</param>
    public void Set(string registry, string path) => _paths[registry] = path;

    /// <summary>The policy file of a registry; null if it has none.</summary>
    public string? Find(string registry) =>
        (_paths.GetValueOrDefault(registry) ?? _paths.GetValueOrDefault(RegistryNames.Default)) is { Length: > 0 } path ? path : null;

    /// <summary>The policy files that apply to a registry: its own, and those that were set for another spelling of it.</summary>
    public IEnumerable<string> FindAll(string registry)
    {
        var spelling = RegistrySpelling.Of(registry);
        return Registries.Where(known => RegistrySpelling.Of(known) == spelling).Append(registry).Select(Find).OfType<string>();
    }

    /// <summary>Discards all policies.</summary>
    public void Clear() => _paths.Clear();
}

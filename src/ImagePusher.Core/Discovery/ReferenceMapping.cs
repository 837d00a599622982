using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Discovery;

/// <summary>
/// The new text of references in files: their names in a mirror, with their digest, or both. A reference that is below the mirror
/// already, or has a digest, keeps that, so that a second run changes nothing.
/// </summary>
internal sealed class ReferenceMapping
{
    private readonly DestinationRule? _rule;
    private readonly DestinationMap? _names;

    private ReferenceMapping(DestinationRule? rule, DestinationMap? names) => (_rule, _names) = (rule, names);

    /// <summary>The mapping that changes no names.</summary>
    public static ReferenceMapping Unchanged { get; } = new(null, null);

    /// <summary>The mapping to the names of a mirror.</summary>
    /// <param name="mirror">A registry, or a prefix in one that ends with '/'; see <see cref="DestinationRule"/>.</param>
    /// <param name="keepLibrary">True to keep docker.io's <c>library/</c>.</param>
    /// <exception cref="InvalidReferenceException">The text is neither a registry nor a prefix.</exception>
    public static ReferenceMapping To(string mirror, bool keepLibrary)
    {
        var rule = DestinationRule.Parse(mirror, keepLibrary);
        return rule.IsFolder ? new ReferenceMapping(rule, DestinationMap.Parse(mirror, keepLibrary)) : throw new InvalidReferenceException(
            $"Invalid mirror '{mirror}': it names one image, not a registry or prefix.",
            "Use a registry (localhost:5000) or a prefix in a registry that ends with '/' (localhost:5000/mirror/).");
    }

    /// <summary>The new text of a reference; its own text if nothing changes.</summary>
    /// <param name="found">The reference.</param>
    /// <param name="digest">The digest to add; null for none. One that the reference has stays.</param>
    /// <exception cref="DestinationConflictException">Another image has this name in the mirror.</exception>
    public string Apply(FoundReference found, Digest? digest)
    {
        var reference = found.Reference;
        var (name, tag, ownDigest) = ImageReference.Split(found.Text);
        if (_rule is not null && !_rule.Contains(reference))
        {
            name = _names!.For(reference, found.Text, reference.WithTag(reference.Tag ?? "latest").ToString()).Name.Name;
        }

        return name + (tag is null ? "" : ":" + tag) + ((ownDigest ?? digest?.ToString()) is { } pinned ? "@" + pinned : "");
    }
}

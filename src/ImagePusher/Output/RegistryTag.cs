using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>A tag of a repository.</summary>
public sealed class RegistryTag
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The registry, <c>host[:port]</c>; binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The digest; null unless the image was read (-WithDate, -OlderThan).</summary>
    public string? Digest { get; init; }

    /// <summary>The time at which the image was created; null if it was not read or is unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static RegistryTag Of(ImageReference name) => new()
    {
        Reference = name.ToString(),
        Repository = name.Name,
        Tag = name.Tag!,
        Registry = name.Registry,
    };

    // The name of the type selects a view with the date.
    internal static PSObject Of(ImageReference name, Digest digest, DateTimeOffset? created)
    {
        var tag = PSObject.AsPSObject(new RegistryTag
        {
            Reference = name.ToString(),
            Repository = name.Name,
            Tag = name.Tag!,
            Registry = name.Registry,
            Digest = digest.ToString(),
            Created = created,
        });
        tag.TypeNames.Insert(0, $"{typeof(RegistryTag).FullName}#WithDate");
        return tag;
    }
}

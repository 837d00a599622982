using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Trust;

/// <summary>The rule for the signed reference that is accepted for an image (containers-policy.json(5), signedIdentity).</summary>
internal abstract record IdentityRule
{
    /// <summary>True if a signature that names no reference, only a digest, is accepted. Only a check without a policy allows it.</summary>
    public virtual bool AcceptsUnnamed => false;

    /// <summary>True if the signed reference is acceptable for the image.</summary>
    /// <param name="image">The name of the image; null if it has none.</param>
    /// <param name="signed">The signed reference.</param>
    public abstract bool Accepts(ImageReference? image, SignedName signed);

    /// <summary>The accepted reference, for messages: <c>registry.example/team/app:1</c>.</summary>
    public abstract string Describe(ImageReference? image);

    private protected static bool IsExactly(ImageReference? image, SignedName signed) =>
        image is { TagOrDigest: not null } && !signed.IsRepository && signed.Reference == image;

    private protected static bool IsRepositoryOf(ImageReference? image, SignedName signed) =>
        image is not null && signed.Reference.Name == image.Name;

    // A reference with tag and digest must match as a whole: the tag is a claim that the signature has to make too.
    private protected static bool IsExactlyOrByDigest(ImageReference? image, SignedName signed) => image switch
    {
        { Tag: not null } => IsExactly(image, signed),
        { Digest: not null } => !signed.IsRepository && IsRepositoryOf(image, signed),
        _ => false,
    };

    private protected static string Name(ImageReference? image) => image?.ToString() ?? "an image without a name";
}

/// <summary>The same tag or digest.</summary>
internal sealed record MatchExact : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => IsExactly(image, signed);

    public override string Describe(ImageReference? image) => Name(image);
}

/// <summary>The same tag; for an image by digest, any tag of its repository. The default of a policy.</summary>
internal sealed record MatchRepoDigestOrExact : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => IsExactlyOrByDigest(image, signed);

    public override string Describe(ImageReference? image) => image is { Tag: null } ? $"a tag of {image.Name}" : Name(image);
}

/// <summary>Any tag of the repository, or the repository itself, as cosign signs.</summary>
internal sealed record MatchRepository : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => IsRepositoryOf(image, signed);

    public override string Describe(ImageReference? image) => image is null ? Name(null) : $"the repository {image.Name}";
}

/// <summary>A reference that the policy names, whatever the image's own name is.</summary>
internal sealed record ExactReference(ImageReference Expected) : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => !signed.IsRepository && signed.Reference == Expected;

    public override string Describe(ImageReference? image) => Expected.ToString();
}

/// <summary>A repository that the policy names, whatever the image's own name is.</summary>
internal sealed record ExactRepository(ImageReference Expected) : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => signed.Reference.Name == Expected.Name;

    public override string Describe(ImageReference? image) => $"the repository {Expected.Name}";
}

/// <summary>The name of the image with another prefix, for mirrors.</summary>
/// <param name="Prefix">A host, a namespace or a repository.</param>
/// <param name="SignedPrefix">The prefix when the image was signed.</param>
internal sealed record RemapIdentity(string Prefix, string SignedPrefix) : IdentityRule
{
    public override bool Accepts(ImageReference? image, SignedName signed) => IsExactlyOrByDigest(Remap(image), signed);

    public override string Describe(ImageReference? image) => Name(Remap(image));

    private ImageReference? Remap(ImageReference? image)
    {
        if (image is null || (image.Name != Prefix && !image.Name.StartsWith(Prefix + "/", StringComparison.Ordinal)))
        {
            return image;
        }

        // A prefix that does not form a valid name matches nothing.
        var name = SignedPrefix + image.Name[Prefix.Length..];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && ImageReference.TryParse(name + image.ToString()[image.Name.Length..], out var mapped)
            && mapped.Name == name ? mapped : null;
    }
}

/// <summary>The repository of the image, or no reference at all: what cosign verifies too.</summary>
internal sealed record MatchRepositoryOrUnnamed : IdentityRule
{
    public override bool AcceptsUnnamed => true;

    public override bool Accepts(ImageReference? image, SignedName signed) => IsRepositoryOf(image, signed);

    public override string Describe(ImageReference? image) => image is null ? Name(null) : $"the repository {image.Name}";
}

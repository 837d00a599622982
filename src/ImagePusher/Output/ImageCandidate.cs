using System.Collections;

namespace ImagePusher.Output;

/// <summary>
/// One image that is about to be copied, for the script of -Require. Config, Labels and Referrers are read when they are first used, from
/// the digest that is copied.
/// </summary>
public sealed class ImageCandidate
{
    private readonly Func<ImageConfigInfo?> _config;
    private readonly Func<TextList<RegistryReferrer>> _referrers;
    private readonly string? _platform;

    internal ImageCandidate(string? platform, Func<ImageConfigInfo?> config, Func<TextList<RegistryReferrer>> referrers) =>
        (_platform, _config, _referrers) = (platform, config, referrers);

    /// <summary>The full name with the digest that is copied, so that it means the same image later; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag; null if the image was named by its digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest that is copied: that of the index if an index is copied.</summary>
    public required string Digest { get; init; }

    /// <summary>The digest of the index from which -Platform selects; null if all of it is copied.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>The media type of what <see cref="Digest"/> names.</summary>
    public required string MediaType { get; init; }

    /// <summary>The digest of this image's manifest: <see cref="Digest"/>, or one image of that index.</summary>
    public required string ImageDigest { get; init; }

    /// <summary>The platform of this image, <c>os/architecture[/variant]</c>; null for an artifact.</summary>
    public string? Platform => _platform ?? Config?.Platform;

    /// <summary>The full names that the copies get.</summary>
    public required TextList<string> Destination { get; init; }

    /// <summary>The annotations of what <see cref="Digest"/> names.</summary>
    public required IDictionary Annotations { get; init; }

    /// <summary>The configuration of this image; null for an artifact.</summary>
    public ImageConfigInfo? Config => _config();

    /// <summary>The labels of this image by name; empty for an artifact.</summary>
    public IDictionary Labels => Config?.Labels ?? TextTable.Of([]);

    /// <summary>
    /// The referrers of <see cref="Digest"/>: signatures, SBOMs, attestations. A new index of selected platforms has none yet: then those
    /// of <see cref="ImageDigest"/>.
    /// </summary>
    public TextList<RegistryReferrer> Referrers => _referrers();

    /// <summary>The full name with the digest.</summary>
    public override string ToString() => Reference;
}

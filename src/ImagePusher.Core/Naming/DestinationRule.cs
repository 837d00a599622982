using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Naming;

/// <summary>
/// A destination: a registry (each image keeps its repository and tag), a prefix in a registry (<c>host/prefix/</c>), or the
/// full name of the target. The one place that maps the name of a source to the name of its copy.
/// </summary>
/// <remarks>
/// A registry or prefix receives the familiar name: docker.io's <c>library/</c> is dropped, so <c>docker build -t app</c> pushed to
/// <c>ghcr.io/owner/</c> is <c>ghcr.io/owner/app</c>. A mirror of Docker Hub keeps it.
/// </remarks>
internal sealed class DestinationRule
{
    private const string Forms =
        "Use a registry (localhost:5000), a prefix in a registry (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0).";

    private readonly string _text;
    private readonly string? _prefix;
    private readonly ImageReference? _target;
    private readonly bool _targetHasName;

    private DestinationRule(string text, string registry, string? prefix, ImageReference? target, bool targetHasName)
    {
        (_text, Registry, _prefix, _target, _targetHasName) = (text, registry, prefix, target, targetHasName);
    }

    /// <summary>The target registry, <c>host[:port]</c>.</summary>
    public string Registry { get; }

    /// <summary>True to keep docker.io's <c>library/</c> under a registry or prefix. Default: false.</summary>
    public bool KeepLibrary { get; init; }

    /// <summary>True if each image keeps its own repository, so that the destination accepts several images.</summary>
    public bool IsFolder => _target is null;

    /// <summary>True if it is a full name with a tag.</summary>
    public bool HasTag => _targetHasName && _target?.Tag is not null;

    /// <summary>The digest that the result must have; null if none was specified.</summary>
    public Digest? ExpectedDigest => _target?.Digest;

    /// <summary>Parses a destination.</summary>
    /// <param name="text">The destination.</param>
    /// <param name="keepLibrary">True to keep docker.io's <c>library/</c>.</param>
    /// <exception cref="InvalidReferenceException">
    /// The text is not a destination; a name without a registry never means docker.io.
    /// </exception>
    public static DestinationRule Parse(string text, bool keepLibrary = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        ReferenceGrammar.RejectScheme(text, "destination");
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        if (!ReferenceGrammar.IsHost(host))
        {
            var hint = slash < 0 && text.Contains(':', StringComparison.Ordinal)
                ? $" If '{text}' is an image, name its registry too: REGISTRY/{text}."
                : "";
            throw NameMistakes.Find(text, "destination") ?? new InvalidReferenceException(
                $"Invalid destination '{text}': '{host}' is not a registry, host[:port] with a port from 1 to 65535.", Forms + hint);
        }

        if (slash >= 0 && !ReferenceGrammar.LooksLikeHost(host))
        {
            throw NameMistakes.Find(text, "destination") ?? new InvalidReferenceException(
                $"Invalid destination '{text}': the first part '{host}' is not a registry; it has no '.' or ':' and is not 'localhost'.",
                $"{Forms} For Docker Hub use docker.io/{text.ToLowerInvariant()}.");
        }

        return slash < 0 ? new DestinationRule(text, Canonical(host), null, null, false) { KeepLibrary = keepLibrary }
            : text[^1] == '/' ? Folder(text, host, text[(slash + 1)..], keepLibrary)
            : Target(text, keepLibrary);
    }

    /// <summary>The full name of an image's copy.</summary>
    /// <param name="source">The image's own name; null for an image without one.</param>
    /// <param name="label">The name in messages of an image without a full name: its digest, or the name that another tool
    /// assigned.</param>
    /// <returns>The target; without tag and digest if the image is to be named by its digest.</returns>
    /// <exception cref="InvalidReferenceException">Neither the image nor the destination has a full name.</exception>
    public ImageReference Apply(ImageReference? source, string? label = null)
    {
        if (_target is not null)
        {
            return _targetHasName ? _target
                : source?.Tag is { } tag ? _target.WithTag(tag)
                : _target.ByDigest();
        }

        return source is null
            ? throw new InvalidReferenceException(
                $"The image{(label is null ? "" : $" '{label}'")} has no full name, and the destination '{_text}' does not give it one.",
                "Use a full target name, such as localhost:5000/team/app:1.0.")
            : Below(source, KeepLibrary ? source.Repository : source.FamiliarRepository);
    }

    /// <summary>
    /// The name that the copy of one of docker.io's official images has with <see cref="KeepLibrary"/>; null if
    /// that makes no difference.
    /// </summary>
    public ImageReference? LibraryName(ImageReference? source)
    {
        if (source is null || _target is not null || KeepLibrary || !source.IsOfficial)
        {
            return null;
        }

        var kept = Below(source, source.Repository);
        return kept == Apply(source) ? null : kept;
    }

    /// <summary>True if an image already has a name below this registry or prefix.</summary>
    public bool Contains(ImageReference image) => image.Registry == Registry
        && (_prefix is null || image.Repository.StartsWith(_prefix + "/", StringComparison.Ordinal));

    /// <summary>The destination as it was specified.</summary>
    public override string ToString() => _text;

    private ImageReference Below(ImageReference source, string repository)
    {
        var name = ImageReference.Create(Registry, _prefix is null ? repository : $"{_prefix}/{repository}", source.Tag ?? "latest");
        return source.Tag is null ? name.ByDigest() : name;
    }

#pragma warning disable CA1308 // Repositories are lower case.
    private static DestinationRule Folder(string text, string host, string path, bool keepLibrary)
    {
        var prefix = path.Length == 0 ? null : path[..^1];
        return prefix is null || ReferenceGrammar.IsRepository(prefix)
            ? new DestinationRule(text, Canonical(host), prefix, null, false) { KeepLibrary = keepLibrary }
            : throw NameMistakes.Find(text, "destination") ?? new InvalidReferenceException(
                $"Invalid destination '{text}': '{prefix}' is not a prefix "
                + "(lower-case letters and digits, separated by '.', '_', '__', '-' or '/').",
                ReferenceGrammar.IsRepository(prefix.ToLowerInvariant()) ? $"Use '{host}/{prefix.ToLowerInvariant()}/'." : Forms);
    }

#pragma warning restore CA1308
    private static DestinationRule Target(string text, bool keepLibrary)
    {
        var (_, tag, digest) = ImageReference.Split(text);
        var target = ImageReference.Parse(text);
        var hasName = tag is not null || digest is not null;
        return new DestinationRule(text, target.Registry, null, target, hasName) { KeepLibrary = keepLibrary };
    }

    private static string Canonical(string host) =>
        host is "index.docker.io" or "registry-1.docker.io" ? ImageReference.DockerHub : host;
}

using System.Diagnostics.CodeAnalysis;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Naming;

/// <summary>
/// The full name of an image: registry, repository, and a tag, a digest or both. If both are given, the digest decides
/// which manifest is read.
/// </summary>
/// <remarks>
/// Normalized as docker does it: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>; the first part is a registry if it
/// contains a dot or a colon or is <c>localhost</c> (distribution/reference). A reference without tag and digest, which only
/// <see cref="ByDigest"/> creates, means "by whatever digest the image has".
/// </remarks>
public sealed record ImageReference
{
    /// <summary>The registry of names without one.</summary>
    public const string DockerHub = "docker.io";

    private const string OfficialPrefix = "library/";

    private ImageReference(string registry, string repository, string? tag, Digest? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    /// <summary>The registry, <c>host[:port]</c>; Docker Hub is always <c>docker.io</c>.</summary>
    public string Registry { get; }

    /// <summary>The repository's path in the registry, such as <c>library/nginx</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag; null if the image is named by digest alone.</summary>
    public string? Tag { get; }

    /// <summary>The digest; null if the image is named by tag alone.</summary>
    public Digest? Digest { get; }

    /// <summary>Registry and repository without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The repository as docker shows it: Docker Hub's <c>library/nginx</c> is <c>nginx</c>; all others are unchanged.</summary>
    public string FamiliarRepository => IsOfficial ? Repository[OfficialPrefix.Length..] : Repository;

    /// <summary>The shortest form that parses to the same reference: <c>nginx:1.27</c> for docker.io/library/nginx:1.27.</summary>
    public string ShortForm => WithSuffix(Registry == DockerHub ? FamiliarRepository : Name);

    /// <summary>True for Docker Hub's official images, whose repository is <c>library/NAME</c>.</summary>
    internal bool IsOfficial => Registry == DockerHub && Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal)
        && Repository.IndexOf('/', OfficialPrefix.Length) < 0;

    /// <summary>The digest, or the tag if there is no digest, for requests to a registry; null if the reference has neither.</summary>
    internal string? TagOrDigest => Digest?.ToString() ?? Tag;

    /// <summary>Parses a reference and normalizes it; without tag and digest the tag is <c>latest</c>.</summary>
    /// <param name="text"><c>[registry/]repository[:tag][@digest]</c>, without a scheme.</param>
    /// <exception cref="InvalidReferenceException">The text does not match the grammar; the message says which part.</exception>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReferenceGrammar.RejectScheme(text, "image reference");
        var (name, tag, digest) = Split(text);
        var slash = name.IndexOf('/');
        var hasHost = slash > 0 && ReferenceGrammar.LooksLikeHost(name[..slash]);
        var registry = hasHost ? name[..slash] : DockerHub;
        var repository = hasHost ? name[(slash + 1)..] : name;
        return Create(text, registry, repository, tag ?? (digest is null ? "latest" : null), digest);
    }

    /// <summary>Parses a reference; false if the text does not match the grammar.</summary>
    /// <param name="text">The text to parse; null and empty text are not references.</param>
    /// <param name="reference">The reference; null if the method returns false.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        try
        {
            reference = Parse(text);
            return true;
        }
        catch (InvalidReferenceException)
        {
            return false;
        }
    }

    /// <summary>Creates a reference from its parts.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="tag">The tag; null for none.</param>
    /// <param name="digest">The digest; null for none.</param>
    /// <exception cref="InvalidReferenceException">A part does not match the grammar.</exception>
    public static ImageReference Create(string registry, string repository, string? tag = null, Digest? digest = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(repository);
        var text = $"{registry}/{repository}" + (tag is null ? "" : ":" + tag) + (digest is null ? "" : "@" + digest);
        ReferenceGrammar.RejectScheme(text, "image reference");
        return Create(text, registry, repository, tag, digest?.ToString());
    }

    /// <summary>The same name with another tag and no digest.</summary>
    /// <exception cref="InvalidReferenceException">The tag does not match the grammar.</exception>
    public ImageReference WithTag(string tag) => Create(Registry, Repository, tag);

    /// <summary>The same name with this digest and no tag.</summary>
    public ImageReference WithDigest(Digest digest) => Create(Registry, Repository, null, digest);

    /// <summary>The same name without tag and digest: content that is published under it is named by its own digest.</summary>
    public ImageReference ByDigest() => new(Registry, Repository, null, null);

    /// <summary>The complete normalized reference.</summary>
    public override string ToString() => WithSuffix(Name);

    /// <summary>Splits a name from its tag and digest without validating the parts.</summary>
    internal static (string Name, string? Tag, string? Digest) Split(string text)
    {
        var at = text.IndexOf('@');
        var digest = at < 0 ? null : text[(at + 1)..];
        var rest = at < 0 ? text : text[..at];
        var colon = rest.LastIndexOf(':');
        var hasTag = colon > rest.LastIndexOf('/');
        return hasTag ? (rest[..colon], rest[(colon + 1)..], digest) : (rest, null, digest);
    }

    private static ImageReference Create(string text, string registry, string repository, string? tag, string? digest)
    {
        registry = registry is "index.docker.io" or "registry-1.docker.io" ? DockerHub : registry;
        if (registry == DockerHub && repository.Length > 0 && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = OfficialPrefix + repository;
        }

        Digest? parsed = null;
        var problem =
            !ReferenceGrammar.IsHost(registry) ? $"'{registry}' is not a host[:port] with a port from 1 to 65535"
            : !ReferenceGrammar.IsRepository(repository) ? RepositoryProblem(repository)
            : registry.Length + 1 + repository.Length > ReferenceGrammar.MaximumNameLength
                ? $"the name has more than {ReferenceGrammar.MaximumNameLength} characters"
            : tag is not null && !ReferenceGrammar.IsTag(tag)
                ? $"'{tag}' is not a tag (at most 128 letters, digits, '_', '.' and '-', not starting with '.' or '-')"
            : digest is not null && !Oci.Digest.TryParse(digest, out parsed)
                ? $"'{digest}' is not a digest ({Oci.DigestAlgorithm.Form})"
            : null;
        return problem is null
            ? new ImageReference(registry, repository, tag, parsed)
            : throw NameMistakes.Find(text, NameMistakes.Image) ?? new InvalidReferenceException(
                $"Invalid image reference '{text}': {problem}.",
                InLowerCase(text, registry)
                    ?? "Use [registry/]repository[:tag][@digest], such as nginx:1.27 or localhost:5000/team/app:1.0.");
    }

    // Accounts may have upper-case letters where their repositories do not. The registry and the tag keep theirs.
    private static string? InLowerCase(string text, string registry)
    {
        var name = Split(text).Name;
        var start = name.StartsWith(registry + '/', StringComparison.Ordinal) ? registry.Length : 0;
#pragma warning disable CA1308 // Repositories are lower case.
        var other = string.Concat(text.AsSpan(0, start), name[start..].ToLowerInvariant(), text.AsSpan(name.Length));
#pragma warning restore CA1308
        return other != text && TryParse(other, out _) ? $"Use '{other}'." : null;
    }

    private static string RepositoryProblem(string repository) =>
        repository.Length == 0 ? "the repository is missing"
        : repository.Any(char.IsAsciiLetterUpper) ? $"the repository '{repository}' has upper-case letters; repository names are lower case"
        : $"'{repository}' is not a repository name (lower-case letters and digits, separated by '.', '_', '__', '-' or '/')";

    private string WithSuffix(string name) =>
        name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}

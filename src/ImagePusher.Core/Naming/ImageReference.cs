using System.Diagnostics.CodeAnalysis;

namespace ImagePusher.Core.Naming;

/// <summary>
/// The full name of an image: registry, repository, and a tag, a digest or both. Where both are given the digest decides
/// what is read.
/// </summary>
/// <remarks>
/// Normalised as docker does it: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>; the first part is a registry if it
/// has a dot or a colon or is <c>localhost</c> (distribution/reference). Without tag and digest, which only
/// <see cref="ByDigest"/> makes, it stands for "by whatever digest the image has".
/// </remarks>
public sealed record ImageReference
{
    /// <summary>The registry of names without one.</summary>
    public const string DockerHub = "docker.io";

    private ImageReference(string registry, string repository, string? tag, string? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    /// <summary>The registry, <c>host[:port]</c>; Docker Hub is always <c>docker.io</c>.</summary>
    public string Registry { get; }

    /// <summary>The repository's path in the registry, such as <c>library/nginx</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag; null where the image is named by digest alone.</summary>
    public string? Tag { get; }

    /// <summary>The digest, <c>sha256:…</c>; null where the image is named by tag alone.</summary>
    public string? Digest { get; }

    /// <summary>Registry and repository without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The shortest form that reads back as this one: <c>nginx:1.27</c> for docker.io/library/nginx:1.27.</summary>
    public string ShortForm
    {
        get
        {
            var name = Registry != DockerHub ? Name
                : Repository.StartsWith("library/", StringComparison.Ordinal) && Repository.IndexOf('/', 8) < 0 ? Repository[8..]
                : Repository;
            return WithSuffix(name);
        }
    }

    /// <summary>Reads a reference and normalises it; without tag and digest the tag is <c>latest</c>.</summary>
    /// <exception cref="InvalidReferenceException">The text breaks the grammar; the message says where.</exception>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (name, tag, digest) = Split(text);
        var slash = name.IndexOf('/');
        var hasHost = slash > 0 && ReferenceGrammar.LooksLikeHost(name[..slash]);
        var registry = hasHost ? name[..slash] : DockerHub;
        var repository = hasHost ? name[(slash + 1)..] : name;
        return Create(text, registry, repository, tag ?? (digest is null ? "latest" : null), digest);
    }

    /// <summary>Reads a reference; false if the text breaks the grammar.</summary>
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

    /// <summary>A reference of checked parts.</summary>
    /// <exception cref="InvalidReferenceException">A part breaks the grammar.</exception>
    public static ImageReference Create(string registry, string repository, string? tag = null, string? digest = null)
    {
        var text = $"{registry}/{repository}" + (tag is null ? "" : ":" + tag) + (digest is null ? "" : "@" + digest);
        return Create(text, registry, repository, tag, digest);
    }

    /// <summary>The same name with another tag, and no digest.</summary>
    public ImageReference WithTag(string tag) => Create(Registry, Repository, tag);

    /// <summary>The same name with this digest, and no tag.</summary>
    public ImageReference WithDigest(string digest) => Create(Registry, Repository, null, digest);

    /// <summary>The same name without tag and digest: what is put there is named by its own digest.</summary>
    public ImageReference ByDigest() => new(Registry, Repository, null, null);

    /// <summary>The whole normalised reference.</summary>
    public override string ToString() => WithSuffix(Name);

    /// <summary>Splits a name from its tag and digest; nothing is checked but that the parts are not empty.</summary>
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
            repository = "library/" + repository;
        }

        var problem =
            !ReferenceGrammar.IsHost(registry) ? $"'{registry}' is no host[:port] with a port from 1 to 65535"
            : !ReferenceGrammar.IsRepository(repository) ? RepositoryProblem(repository)
            : registry.Length + 1 + repository.Length > ReferenceGrammar.MaximumNameLength ? $"the name has more than {ReferenceGrammar.MaximumNameLength} characters"
            : tag is not null && !ReferenceGrammar.IsTag(tag) ? $"'{tag}' is no tag (at most 128 letters, digits, '_', '.' and '-', the first no '.' or '-')"
            : digest is not null && !ReferenceGrammar.IsDigest(digest) ? $"'{digest}' is no digest (sha256: and 64 lower-case hex digits, or sha512: and 128)"
            : null;
        return problem is null
            ? new ImageReference(registry, repository, tag, digest)
            : throw new InvalidReferenceException(
                $"'{text}' is no image reference: {problem}.", "Write [registry/]repository[:tag][@digest], such as nginx:1.27 or localhost:5000/team/app:1.0.");
    }

    private static string RepositoryProblem(string repository) =>
        repository.Length == 0 ? "the repository is missing"
        : repository.Any(char.IsAsciiLetterUpper) ? $"the repository '{repository}' has upper-case letters, and names are lower case"
        : $"'{repository}' is no repository (lower-case letters and digits, separated by '.', '_', '__' or '-', parts by '/')";

    private string WithSuffix(string name) =>
        name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}

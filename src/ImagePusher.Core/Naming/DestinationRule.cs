namespace ImagePusher.Core.Naming;

/// <summary>
/// What a -Destination says: a registry (the image keeps its repository and tag), a folder of a registry
/// (<c>host/prefix/</c>), or the full name of the target.
/// </summary>
public sealed class DestinationRule
{
    private const string Forms = "Write a registry (localhost:5000), a folder of one (localhost:5000/team/), or a full name (localhost:5000/team/app:1.0).";

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

    /// <summary>True if every image keeps its own repository, so that several images can go there.</summary>
    public bool IsFolder => _target is null;

    /// <summary>The digest that the result must have; null if none was given.</summary>
    public string? ExpectedDigest => _target?.Digest;

    /// <summary>Reads a destination.</summary>
    /// <exception cref="InvalidReferenceException">The text is none; a name without a registry is never taken for docker.io.</exception>
    public static DestinationRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        if (!ReferenceGrammar.IsHost(host))
        {
            var hint = slash < 0 && text.Contains(':', StringComparison.Ordinal)
                ? $" If '{text}' is an image, name its registry too: REGISTRY/{text}."
                : "";
            throw new InvalidReferenceException($"'{text}' is no destination: '{host}' is no registry host[:port] with a port from 1 to 65535.", Forms + hint);
        }

        if (slash < 0)
        {
            return new DestinationRule(text, Canonical(host), null, null, false);
        }

        if (!ReferenceGrammar.LooksLikeHost(host))
        {
            throw new InvalidReferenceException(
                $"'{text}' is no destination: its first part '{host}' is no registry, for it has no '.' or ':' and is not 'localhost'.",
                $"{Forms} For Docker Hub write docker.io/{text}.");
        }

        return text[^1] == '/' ? Folder(text, host, text[(slash + 1)..]) : Target(text);
    }

    /// <summary>The full name that an image gets.</summary>
    /// <param name="source">The image's own name; null for an image without one.</param>
    /// <param name="label">What an image without a full name is called in the message: its digest, or the word that another tool gave it.</param>
    /// <returns>The target; without tag and digest if the image is to be named by its digest.</returns>
    /// <exception cref="InvalidReferenceException">The image has no name, and the destination gives none.</exception>
    public ImageReference Apply(ImageReference? source, string? label = null)
    {
        if (_target is not null)
        {
            return _targetHasName ? _target
                : source?.Tag is { } tag ? _target.WithTag(tag)
                : _target.ByDigest();
        }

        if (source is null)
        {
            throw new InvalidReferenceException(
                $"The image{(label is null ? "" : $" '{label}'")} has no full name, and '{_text}' gives it none.", "Give the full target name, such as localhost:5000/team/app:1.0.");
        }

        var repository = _prefix is null ? source.Repository : $"{_prefix}/{source.Repository}";
        var name = ImageReference.Create(Registry, repository, source.Tag ?? "latest");
        return source.Tag is null ? name.ByDigest() : name;
    }

    /// <summary>The destination as it was written.</summary>
    public override string ToString() => _text;

    private static DestinationRule Folder(string text, string host, string path)
    {
        if (path.Length == 0)
        {
            return new DestinationRule(text, Canonical(host), null, null, false);
        }

        var prefix = path[..^1];
        return ReferenceGrammar.IsRepository(prefix)
            ? new DestinationRule(text, Canonical(host), prefix, null, false)
            : throw new InvalidReferenceException($"'{text}' is no destination: '{prefix}' is no folder of a registry (lower-case letters and digits, separated by '.', '_', '__', '-' or '/').", Forms);
    }

    private static DestinationRule Target(string text)
    {
        var (_, tag, digest) = ImageReference.Split(text);
        var target = ImageReference.Parse(text);
        return new DestinationRule(text, target.Registry, null, target, tag is not null || digest is not null);
    }

    private static string Canonical(string host) =>
        host is "index.docker.io" or "registry-1.docker.io" ? ImageReference.DockerHub : host;
}

using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Trust;

/// <summary>The scopes of the docker transport (containers-policy.json(5), docker:).</summary>
internal static class PolicyScope
{
    private const string Wildcard = "*.";

    /// <summary>True for a scope that an image can have; a scope that no image has would silently apply to none.</summary>
    public static bool IsValid(string scope) =>
        scope.Length == 0
        || (scope.StartsWith(Wildcard, StringComparison.Ordinal)
            ? ReferenceGrammar.IsHost(scope[Wildcard.Length..]) && IsPlain(scope) && !scope.Contains(':', StringComparison.Ordinal)
            : IsPrefix(scope) || IsImage(scope));

    /// <summary>True for a host, a namespace or a repository, in the fully expanded form.</summary>
    public static bool IsPrefix(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? IsHost(text)
            : IsHost(text[..slash]) && ReferenceGrammar.IsRepository(text[(slash + 1)..]);
    }

    /// <summary>The registry that a scope is of; null for the empty scope and for wildcards.</summary>
    public static string? RegistryOf(string scope) => scope.Length == 0 || scope.StartsWith(Wildcard, StringComparison.Ordinal) ? null
        : scope.Split('/') is [var host, ..] ? host : null;

    /// <summary>The scopes of an image, the most specific first: itself, its repository, the namespaces, the host.</summary>
    /// <param name="image">An image with a tag or a digest.</param>
    public static IEnumerable<string> Of(ImageReference image)
    {
        // Hosts are the same in upper and lower case, and a policy must not be avoided by spelling one differently.
        var host = image.Registry.ToLowerInvariant();
        var name = $"{host}/{image.Repository}";
        yield return name + image.ToString()[image.Name.Length..];
        for (var end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1))
        {
            yield return name[..end];
        }
    }

    /// <summary>The wildcards that the host of an image matches, the most specific first.</summary>
    public static IEnumerable<string> WildcardsOf(ImageReference image)
    {
        var domain = image.Registry.ToLowerInvariant().Split(':')[0];
        for (var dot = domain.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = domain.IndexOf('.', dot + 1))
        {
            yield return Wildcard + domain[(dot + 1)..];
        }
    }

    // A host as references have it: Docker Hub has one name, and lower case is the only one that is compared.
    private static bool IsHost(string text) =>
        ReferenceGrammar.IsHost(text) && ReferenceGrammar.LooksLikeHost(text) && IsPlain(text)
        && text is not ("index.docker.io" or "registry-1.docker.io");

    private static bool IsPlain(string text) => !text.Any(char.IsUpper);

    private static bool IsImage(string text) =>
        ImageReference.TryParse(text, out var image) && image.ToString() == text && IsHost(image.Registry);
}

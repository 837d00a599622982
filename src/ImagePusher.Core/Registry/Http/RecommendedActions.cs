using System.Net;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The recommended actions after a registry rejected a request.</summary>
internal static class RecommendedActions
{
    public static string ForUnauthorized(string registry, RegistryCredential? credential) => credential is null
        ? $"Sign in to {registry} or specify a credential; many registries answer the same for a repository that does not exist."
        : $"Check the user name and password for {registry}, and sign in again.";

    public static string ForDenied(string registry, RegistryCredential? credential) => credential is null
        ? $"Sign in to {registry} or specify a credential."
        : $"Ask the owner of the repository to grant {credential} access, or check the repository's name.";

    public static string For(HttpStatusCode status, string? code, string registry) => (code, (int)status) switch
    {
        ("NAME_UNKNOWN", _) =>
            "Check the repository's name; some registries, such as ECR, require that a repository is created before the first push.",
        ("NAME_INVALID", _) =>
            "Choose a repository name that the registry accepts; some require a project or an account as its first part.",
        ("MANIFEST_BLOB_UNKNOWN", _) =>
            "Push again: content that the manifest names is missing in the registry, perhaps because its clean-up removed it.",
        ("MANIFEST_INVALID", _) =>
            "The registry may not support this manifest format; try the docker format or a newer registry.",
        ("DIGEST_INVALID", _) => "The bytes changed in transit; try again, and check for a proxy that alters uploads.",
        ("UNSUPPORTED", _) or (_, 405) => $"{registry} does not allow this operation; its operator may have to enable it.",
        (_, 413) =>
            "A proxy in front of the registry limits the size of a request: raise its limit, or set a smaller chunk size.",
        (_, 407) => "The proxy requires a user name and password: set them in HTTP_PROXY, as http://user:password@host:port.",
        (_, 404) => "Check the registry's address and the repository's name.",
        (_, >= 300 and < 400) => "Check the registry's address: its redirect cannot be followed.",
        _ => "Check the registry's message and its log.",
    };
}

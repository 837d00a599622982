using System.Net;
using System.Security.Authentication;
using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>
/// What the recommended action of an error says in PowerShell's terms. A hint names only parameters that the failed cmdlet has,
/// and never the cmdlet that has just failed.
/// </summary>
internal static class ErrorHints
{
    /// <summary>The hint for an error of a call; null if the library's recommended action says it all.</summary>
    public static string? For(ImagePusherException error, CmdletCall call) => error switch
    {
        RegistryUnauthorizedException or RegistryDeniedException or RegistryRateLimitedException => SignIn(call),
        RegistryUnreachableException => Reach(error.InnerException, call),
        RegistryProtocolException protocol => Protocol(protocol, call),
        ManifestNotFoundException => NotFound(call),
        ImageNotCachedException => NotCached(call),
        PlatformNotFoundException => Platform(call),
        IncompleteImageException => Incomplete(call),
        CacheCorruptException => Unless(call, "Repair-CachedImage", "Repair-CachedImage replaces damaged content."),
        InsufficientSpaceException => Unless(
            call, "Optimize-ImageCache", "Optimize-ImageCache removes unused content, and Set-ImageCache selects a folder on another disk."),
        DestinationConflictException => Conflict(call),
        UnsupportedContentException => call.IsBound("Format") ? "Specify -Format Oci." : null,
        _ => null,
    };

    private static string? SignIn(CmdletCall call) =>
        call.CanAdd("DestinationCredential") ? "Sign in with Connect-Registry, or specify -Credential or -DestinationCredential."
        : call.CanAdd("Credential") ? Unless(call, "Connect-Registry", "Sign in with Connect-Registry, or specify -Credential.")
        : Unless(call, "Connect-Registry", "Sign in with Connect-Registry.");

    private static string? Reach(Exception? cause, CmdletCall call)
    {
        if (cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException)
        {
            var authority = call.Has("CertificateAuthority")
                ? "For a private certificate authority, specify -CertificateAuthority."
                : "For a private certificate authority, use Connect-Registry -CertificateAuthority.";
            return call.CanAdd("PlainHttp") ? $"{authority} For a registry without TLS, specify -PlainHttp." : authority;
        }

        return cause is TimeoutException ? "For a slow registry, set a longer time with Set-RegistryOption -IdleTimeoutSec." : null;
    }

    private static string Protocol(RegistryProtocolException error, CmdletCall call) => error switch
    {
        { StatusCode: HttpStatusCode.RequestEntityTooLarge } => "Set-RegistryOption -ChunkSize sets a smaller chunk.",
        { ErrorCode: "MANIFEST_INVALID" } when call.CanAdd("ManifestFormat") => "Try -ManifestFormat Docker.",
        _ => "The parameters -Verbose and -Debug show the requests.",
    };

    private static string? NotFound(CmdletCall call) => call.Has("Image")
        ? Unless(call, "Get-ImageTar", "Get-ImageTar lists the images of an archive.")
        : Unless(call, "Get-RegistryTag", "Get-RegistryTag lists the tags of a repository.");

    private static string NotCached(CmdletCall call) => call.Name == "Get-CachedImage"
        ? "Save-ImageToCache and Import-ImageTar add images to the cache."
        : "Get-CachedImage lists the cached images; Save-ImageToCache and Import-ImageTar add images.";

    private static string? Platform(CmdletCall call) =>
        call.IsBound("Platform") ? "Specify a platform that the image has, or omit -Platform."
        : call.Has("AllPlatforms") ? "Specify one of these with -Platform, or all of them with -AllPlatforms."
        : call.Has("Platform") ? "Specify one of these with -Platform."
        : null;

    private static string? Incomplete(CmdletCall call) =>
        call.CanAdd("AllowPartial") ? "Specify -AllowPartial to push what is present, or save the image with Save-ImageToCache -AllPlatforms."
        : call.Has("CachePath") ? Unless(call, "Repair-CachedImage", "Repair-CachedImage downloads what is missing.")
        : null;

    private static string? Conflict(CmdletCall call) =>
        call.IsBound("NoClobber") ? "Omit -NoClobber to replace it."
        : call.Name == "Export-ImageTar" && call.CanAdd("Force") ? "Specify -Force to replace it."
        : null;

    private static string? Unless(CmdletCall call, string cmdlet, string hint) => call.Name == cmdlet ? null : hint;
}

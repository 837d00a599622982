using System.Net;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using ImagePusher.Core;
using ImagePusher.Core.Naming;

namespace ImagePusher.Pipeline;

/// <summary>
/// The PowerShell hints that are added to the recommended action of an error. A hint names only parameters that the failed cmdlet has,
/// and never the cmdlet that has just failed.
/// </summary>
internal static partial class ErrorHints
{
    private const string Variables = "PowerShell does not replace variables in single quotes, and an environment variable is $env:NAME.";

    /// <summary>The hint for an error of a call; empty if the library's recommended action is sufficient.</summary>
    public static string For(ImagePusherException error, CmdletCall call, string? input = null) =>
        string.Join(' ', Sentences(error, call, input).Where(sentence => !sentence.Contains(call.Name, StringComparison.Ordinal)));

    private static string[] Sentences(ImagePusherException error, CmdletCall call, string? input) => error switch
    {
        InvalidReferenceException or ImageNotCachedException when input is not null && Object().IsMatch(input) =>
            ["The text stands for a whole object: specify its property that holds the name."],
        RegistryException when error.Topic == ErrorTopic.ForbiddenHost =>
            ["Set-RegistryOption -AllowedHost adds a host."],
        InvalidOptionException when error.Topic == ErrorTopic.SecretInFile => ["Sign in with Connect-Registry."],
        InvalidOptionException when error.Topic == ErrorTopic.MissingDestination =>
            call.CanAdd("Destination") ? ["Specify -Destination."] : [],
        RegistryUnauthorizedException or RegistryDeniedException or RegistryRateLimitedException => SignIn(call),
        RegistryUnreachableException => Reach(error.InnerException, call),
        RegistryProtocolException protocol => Protocol(protocol, call),
        ManifestNotFoundException when call.IsBound("Path") || call.IsBound("LiteralPath") =>
            ["Get-ImageTar lists the images of an archive."],
        ManifestNotFoundException => ["Get-RegistryTag lists the tags of a repository."],
        ImageNotCachedException =>
            ["Get-CachedImage lists the cached images.", "Save-ImageToCache copies an image from a registry.",
                "Import-ImageTar imports an archive."],
        PlatformNotFoundException => Platform(call),
        IncompleteImageException incomplete => Incomplete(incomplete, call),
        CacheCorruptException when error.Topic == ErrorTopic.CacheIndex => ["Clear-ImageCache clears it."],
        DigestMismatchException when error.Topic == ErrorTopic.CachedBlob =>
            ["Repair-CachedImage replaces damaged content."],
        CacheCorruptException => ["Repair-CachedImage replaces damaged content."],
        InsufficientSpaceException =>
            ["Optimize-ImageCache removes unused content.", "Set-ImageCache selects a folder on another disk."],
        DestinationConflictException => Conflict(call),
        UnsupportedContentException when error.Topic == ErrorTopic.NoReferrer =>
            ["Get-RegistryReferrer lists the referrers of an image."],
        UnsupportedContentException => call.IsBound("Format") ? ["Specify -Format Oci."] : [],
        InvalidReferenceException when error.Topic == ErrorTopic.UnreplacedVariable => [Variables],
        InvalidReferenceException when error.Topic == ErrorTopic.CredentialsInName => call.Has("PasswordVariable")
            ? ["Specify -Credential, or -UserName and -PasswordVariable."] : SignIn(call),
        InvalidReferenceException => Reference(error, call, input),
        PathNotFoundException when input is not null && NameMistakes.HasVariable(input) => [Variables],
        _ => [],
    };

    private static string[] Reference(ImagePusherException error, CmdletCall call, string? input) =>
        error.Topic == ErrorTopic.MissingDigest ? ["Resolve-ImageDigest does it."]
        : input is null || !PathOfFile().IsMatch(input) || (call.Has("LiteralPath") && !call.Has("Reference")) ? []
        : call.CanAdd("Path") ? ["For the path of an image archive, specify -Path."]
        : ["Push-ImageTar pushes an image archive.", "Import-ImageTar imports it into the cache."];

    private static string[] SignIn(CmdletCall call) =>
    [
        call.CanAdd("DestinationCredential") ? "Sign in with Connect-Registry, or specify -Credential or -DestinationCredential."
            : call.CanAdd("Credential") ? "Sign in with Connect-Registry, or specify -Credential."
            : "Sign in with Connect-Registry.",
    ];

    private static string[] Reach(Exception? cause, CmdletCall call)
    {
        if (cause is not (HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException))
        {
            return cause is TimeoutException ? ["For a slow registry, set a longer time with Set-RegistryOption -IdleTimeoutSec."] : [];
        }

        var authority = call.Has("CertificateAuthority")
            ? "For a private certificate authority, specify -CertificateAuthority."
            : "For a private certificate authority, use Connect-Registry -CertificateAuthority.";
        return call.CanAdd("PlainHttp") ? [authority, "For a registry without TLS, specify -PlainHttp."] : [authority];
    }

    private static string[] Protocol(RegistryProtocolException error, CmdletCall call) => error switch
    {
        { StatusCode: HttpStatusCode.RequestEntityTooLarge } => ["Set-RegistryOption -ChunkSize sets a smaller chunk."],
        { ErrorCode: "MANIFEST_INVALID" } when call.CanAdd("ManifestFormat") => ["Try -ManifestFormat Docker."],
        _ => ["The parameters -Verbose and -Debug show the requests."],
    };

    private static string[] Platform(CmdletCall call) =>
        call.IsBound("Platform") ? ["Specify a platform that the image has, or omit -Platform."]
        : call.Has("AllPlatforms") ? ["Specify one of these with -Platform, or all of them with -AllPlatforms."]
        : call.Has("Platform") ? ["Specify one of these with -Platform."]
        : [];

    private static string[] Incomplete(IncompleteImageException error, CmdletCall call) =>
        call.CanAdd("AllowPartial")
            ? ["Specify -AllowPartial to push what is present.", "Save-ImageToCache -AllPlatforms saves a complete index."]
        : call.Has("CachePath") && !error.IsArchive ? ["Repair-CachedImage downloads what is missing."]
        : [];

    private static string[] Conflict(CmdletCall call) =>
        call.IsBound("NoClobber") ? ["Omit -NoClobber to replace it."]
        : call.Name is "Export-ImageTar" or "Export-ImageLock" or "Save-ImageFile" && call.CanAdd("Force")
            ? ["Specify -Force to replace it."]
        : [];

    // The text of an object that has no property of the name that binds.
    [GeneratedRegex(@"\A(?:@\{.*\}|(?:System|Microsoft|ImagePusher)\.[A-Z].*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Object();

    // Paths that are often specified in place of a reference: './app.tar', 'app.tar', '.\app.tgz'.
    [GeneratedRegex(
        @"\A(?:\.{0,2}[/\\].*|.*\.(?:tar|tgz|tar\.gz|tar\.zst))\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PathOfFile();
}

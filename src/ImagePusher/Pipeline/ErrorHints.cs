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
        string.Join(' ', All(error, call, input).Where(hint => hint.Cmdlet != call.Name).Select(hint => hint.Text));

    private static Hint[] All(ImagePusherException error, CmdletCall call, string? input) => error switch
    {
        InvalidReferenceException or ImageNotCachedException when input is not null && Object().IsMatch(input) =>
            [new("The text stands for a whole object: specify its property that contains the name.")],
        RegistryException when error.Topic == ErrorTopic.ForbiddenHost =>
            [Cmdlet("Set-RegistryOption", "-AllowedHost adds a host.")],
        InvalidOptionException when error.Topic == ErrorTopic.SecretInFile => [new("Sign in with Connect-Registry.", "Connect-Registry")],
        InvalidOptionException when error.Topic == ErrorTopic.MissingDestination =>
            call.CanAdd("Destination") ? [new("Specify -Destination.")] : [],
        RegistryUnauthorizedException or RegistryDeniedException or RegistryRateLimitedException => SignIn(call),
        RegistryUnreachableException => Reach(error.InnerException, call),
        RegistryProtocolException protocol => Protocol(protocol, call),
        ManifestNotFoundException when call.IsBound("Path") || call.IsBound("LiteralPath") =>
            [Cmdlet("Get-ImageTar", "lists the images of an archive.")],
        ManifestNotFoundException => [Cmdlet("Get-RegistryTag", "lists the tags of a repository.")],
        ImageNotCachedException =>
            [Cmdlet("Get-CachedImage", "lists the cached images."), Cmdlet("Save-ImageToCache", "copies an image from a registry."),
                Cmdlet("Import-ImageTar", "imports an archive.")],
        PlatformNotFoundException => Platform(call),
        IncompleteImageException incomplete => Incomplete(incomplete, call),
        CacheCorruptException when error.Topic == ErrorTopic.CacheIndex => [Cmdlet("Clear-ImageCache", "clears it.")],
        DigestMismatchException when error.Topic == ErrorTopic.CachedBlob =>
            [Cmdlet("Repair-CachedImage", "replaces damaged content.")],
        CacheCorruptException => [Cmdlet("Repair-CachedImage", "replaces damaged content.")],
        InsufficientSpaceException =>
            [Cmdlet("Optimize-ImageCache", "removes unused content."), Cmdlet("Set-ImageCache", "selects a folder on another disk.")],
        DestinationConflictException => Conflict(call),
        UnsupportedContentException when error.Topic == ErrorTopic.NoReferrer =>
            [Cmdlet("Get-RegistryReferrer", "lists the referrers of an image.")],
        UnsupportedContentException => call.IsBound("Format") ? [new("Specify -Format Oci.")] : [],
        InvalidReferenceException when error.Topic == ErrorTopic.UnreplacedVariable => [new(Variables)],
        InvalidReferenceException when error.Topic == ErrorTopic.CredentialsInName => call.Has("PasswordVariable")
            ? [new("Specify -Credential, or -UserName and -PasswordVariable.")] : SignIn(call),
        InvalidReferenceException => Reference(error, call, input),
        PathNotFoundException when input is not null && NameMistakes.HasVariable(input) => [new(Variables)],
        _ => [],
    };

    private static Hint[] Reference(ImagePusherException error, CmdletCall call, string? input) =>
        error.Topic == ErrorTopic.MissingDigest ? [Cmdlet("Resolve-ImageDigest", "does it.")]
        : input is null || !PathOfFile().IsMatch(input) || (call.Has("LiteralPath") && !call.Has("Reference")) ? []
        : call.CanAdd("Path") ? [new("For the path of an image archive, specify -Path.")]
        : [Cmdlet("Push-ImageTar", "pushes an image archive."), Cmdlet("Import-ImageTar", "imports it into the cache.")];

    private static Hint[] SignIn(CmdletCall call) =>
    [
        call.CanAdd("DestinationCredential")
            ? new("Sign in with Connect-Registry, or specify -Credential or -DestinationCredential.", "Connect-Registry")
            : call.CanAdd("Credential") ? new("Sign in with Connect-Registry, or specify -Credential.", "Connect-Registry")
            : new("Sign in with Connect-Registry.", "Connect-Registry"),
    ];

    private static Hint[] Reach(Exception? cause, CmdletCall call)
    {
        if (cause is not (HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException))
        {
            return cause is TimeoutException
                ? [new("For a slow registry, set a longer time with Set-RegistryOption -IdleTimeoutSec.", "Set-RegistryOption")]
                : [];
        }

        var authority = call.Has("CertificateAuthority")
            ? new Hint("For a private certificate authority, specify -CertificateAuthority.")
            : new("For a private certificate authority, use Connect-Registry -CertificateAuthority.", "Connect-Registry");
        return call.CanAdd("PlainHttp") ? [authority, new("For a registry without TLS, specify -PlainHttp.")] : [authority];
    }

    private static Hint[] Protocol(RegistryProtocolException error, CmdletCall call) => error switch
    {
        { StatusCode: HttpStatusCode.RequestEntityTooLarge } => [Cmdlet("Set-RegistryOption", "-ChunkSize sets a smaller chunk.")],
        { ErrorCode: "MANIFEST_INVALID" } when call.CanAdd("ManifestFormat") => [new("Try -ManifestFormat Docker.")],
        _ => [new("The parameters -Verbose and -Debug show the requests.")],
    };

    private static Hint[] Platform(CmdletCall call) =>
        call.IsBound("Platform") ? [new("Specify a platform that the image has, or omit -Platform.")]
        : call.Has("AllPlatforms") ? [new("Specify one of these with -Platform, or all of them with -AllPlatforms.")]
        : call.Has("Platform") ? [new("Specify one of these with -Platform.")]
        : [];

    private static Hint[] Incomplete(IncompleteImageException error, CmdletCall call) =>
        call.CanAdd("AllowPartial")
            ? [new("Specify -AllowPartial to push what is present."), Cmdlet("Save-ImageToCache", "-AllPlatforms saves a complete index.")]
        : call.Has("CachePath") && !error.IsArchive ? [Cmdlet("Repair-CachedImage", "downloads what is missing.")]
        : [];

    private static Hint[] Conflict(CmdletCall call) =>
        call.IsBound("NoClobber") ? [new("Omit -NoClobber to replace it.")]
        : call.Name is "Export-ImageTar" or "Export-ImageLock" or "Save-ImageFile" && call.CanAdd("Force")
            ? [new("Specify -Force to replace it.")]
        : [];

    private static Hint Cmdlet(string name, string does) => new($"{name} {does}", name);

    // The text of an object that has no property of the name that binds.
    [GeneratedRegex(@"\A(?:@\{.*\}|(?:System|Microsoft|ImagePusher)\.[A-Z].*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Object();

    // Paths that are often specified in place of a reference: './app.tar', 'app.tar', '.\app.tgz'.
    [GeneratedRegex(
        @"\A(?:\.{0,2}[/\\].*|.*\.(?:tar|tgz|tar\.gz|tar\.zst))\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PathOfFile();

    /// <param name="Text">One sentence.</param>
    /// <param name="Cmdlet">The cmdlet that it recommends; null for none.</param>
    private sealed record Hint(string Text, string? Cmdlet = null);
}

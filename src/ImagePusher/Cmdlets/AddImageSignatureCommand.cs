using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Trust;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Add-ImageSignature: signs images of a registry or a cache.</summary>
[Cmdlet(VerbsCommon.Add, "ImageSignature", SupportsShouldProcess = true)]
[OutputType(typeof(ImageSignatureInfo))]
public sealed class AddImageSignatureCommand : RegistryCommand
{
    private SigningKey? _key;
    private Dictionary<string, string> _annotations = [];

    /// <summary>The images: references in a registry, or with -CachePath names, digests or wildcard patterns in a cache.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The private key: a path, or PEM text.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyFileCompleter))]
    public string[] PrivateKey { get; set; } = [];

    /// <summary>The password of an encrypted key.</summary>
    [Parameter]
    [Secret]
    public SecureString? Password { get; set; }

    /// <summary>The reference that the signature is for; by default the image's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SignedReference { get; set; }

    /// <summary>The additional values to sign, by name.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Annotation { get; set; }

    /// <summary>The folder of the cache that has the images; without it they are in a registry.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _ = Require(SignedReference, () => SignedReference is null ? null : Signed(SignedReference));
        _annotations = (Annotation ?? new Hashtable()).Keys.Cast<object>().ToDictionary(
            name => Convert.ToString(name, CultureInfo.InvariantCulture)!,
            name => Convert.ToString(Annotation![name], CultureInfo.InvariantCulture) ?? "");

        // The key is never the target of an error: it may be PEM text.
        _key = Require<SigningKey?>(null, () =>
        {
            var (pem, origin) = TrustInput.PrivateKey(this, PrivateKey);
            return SigningKey.Read(pem, Reveal(), origin);
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ImageCache? cache = null;
        if (CachePath is not null && !TryCache(CachePath, out cache))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                if (cache is null)
                {
                    SignInRegistry(text, References.Parse(text));
                    return;
                }

                foreach (var entry in Await(token => CacheLookup.FindAnyAsync(cache, text, token)))
                {
                    Try(text, () => SignInCache(text, cache, entry));
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _key?.Dispose();
    }

    private void SignInRegistry(string text, ImageReference reference)
    {
        var repository = Access.Repository(reference);
        Sign(text, reference, repository, repository, async token =>
            (await repository.ResolveAsync(reference.TagOrDigest!, token).ConfigureAwait(false)).Digest);
    }

    private void SignInCache(string text, ImageCache cache, CacheEntry entry)
    {
        var name = entry.Reference ?? throw new InvalidReferenceException(
            $"The image {entry.PrintableName()} has no name that a signature could be for.", "Import it under a name first.");
        Sign(text, name, cache, cache, _ => Task.FromResult(entry.Digest));
    }

    private void Sign(
        string text, ImageReference name, IReferrerSource source, IImageTarget target,
        Func<CancellationToken, Task<Core.Oci.Digest>> resolve)
    {
        var signedAs = SignedReference is null ? name.Tag is null ? name.ByDigest() : name.WithTag(name.Tag) : Signed(SignedReference);
        if (!ShouldProcess(name.ToString(), $"Sign image as {signedAs}"))
        {
            return;
        }

        Start(text, async (pending, token) =>
        {
            var digest = await resolve(token).ConfigureAwait(false);
            var signature = await new ImageSigner(source, target, name).SignAsync(
                digest, signedAs, _annotations, _key!, token).ConfigureAwait(false);
            var verdict = new SignatureVerdict(signature, new Signer(_key!.PublicKey.Id, null), null, IsValid: true);
            pending.Write(ImageSignatureInfo.Of(name.ToString(), digest, verdict, CachePath));
        });
    }

    private static ImageReference Signed(string text) => SignedName.TryParse(text, out var name) ? name.Reference
        : throw new InvalidReferenceException(
            $"Invalid signed reference '{text}'.", "Specify registry/repository, with or without a tag or digest.");

    private string Reveal() =>
        Password is null ? ""
        : SecretAttribute.IsPlain(Password) ? throw PlainSecret.Rejected(this, nameof(Password), "Specify (Read-Host -AsSecureString).")
        : new NetworkCredential("", Password).Password;
}

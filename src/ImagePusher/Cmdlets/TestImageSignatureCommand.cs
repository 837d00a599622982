using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Trust;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Test-ImageSignature: verifies the signatures of images.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageSignature")]
[OutputType(typeof(ImageSignatureInfo), typeof(bool))]
public sealed class TestImageSignatureCommand : InspectionCommand
{
    private SignatureTrust? _trust;
    private SignaturePolicy? _policy;
    private IdentityRule _rule = null!;

    /// <summary>The public keys of trusted signers: paths, or PEM text.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyFileCompleter))]
    public string[]? PublicKey { get; set; }

    /// <summary>The root certificates of trusted signers: paths, or PEM text.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyFileCompleter))]
    public string[]? TrustedRoot { get; set; }

    /// <summary>The signature policy: a policy.json, or System for that of this machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>Verify keyless signatures with an installed cosign.</summary>
    [Parameter]
    public SwitchParameter Keyless { get; set; }

    /// <summary>The identity that the signer's certificate must state; wildcards are permitted.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string? Identity { get; set; }

    /// <summary>The issuer of the identity of a keyless signature.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Issuer { get; set; }

    /// <summary>The reference that the signature must be for; by default any of the image's repository.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SignedReference { get; set; }

    /// <summary>Write true or false for each image.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Require<object?>(null, () => { Validate(); return null; });
        _rule = Require(SignedReference, () => TrustInput.Rule(SignedReference));
        _trust = PublicKey is not null ? Require(PublicKey, () => TrustInput.Keys(this, PublicKey))
            : TrustedRoot is not null ? Require(TrustedRoot, () => TrustInput.Roots(this, TrustedRoot, Identity))
            : null;
        _policy = Policy is null ? null : Require(Policy, () => SignaturePolicy.Load(PolicyPath.Resolve(this, Policy)));
    }

    private protected override void Process(ImageInput image) => Start(image.Input, (pending, token) => TestAsync(image, pending, token));

    private void Validate()
    {
        if (new[] { PublicKey is not null, TrustedRoot is not null, Policy is not null, Keyless.IsPresent }.Count(given => given) != 1)
        {
            throw new InvalidOptionException(
                "It is not clear whose signatures are trusted.", "Specify one of -PublicKey, -TrustedRoot, -Policy and -Keyless.");
        }

        if (Keyless && (Identity is null || Issuer is null))
        {
            throw new InvalidOptionException("A keyless signature is by an identity.", "Specify -Identity and -Issuer.");
        }

        if ((!Keyless && Issuer is not null) || (Identity is not null && !Keyless && TrustedRoot is null)
            || (SignedReference is not null && Policy is not null))
        {
            throw new InvalidOptionException(
                "-Identity is for -TrustedRoot and -Keyless, -Issuer for -Keyless, and with -Policy the policy says which reference is "
                + "accepted.", "Omit the parameter that does not apply.");
        }
    }

    private async Task TestAsync(ImageInput input, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var selection = await input.SelectAsync(cancellationToken).ConfigureAwait(false);
            if (Quiet && _policy is not null)
            {
                pending.Write(await IsAcceptedAsync(selection, cancellationToken).ConfigureAwait(false));
                return;
            }

            var verdicts = await ExamineAsync(selection, cancellationToken).ConfigureAwait(false);
            if (Quiet)
            {
                pending.Write(verdicts.Any(verdict => verdict.IsValid));
                return;
            }

            if (verdicts.Count == 0)
            {
                Log.Information($"{input.Reference} has no signature that could be verified.");
            }

            foreach (var verdict in verdicts)
            {
                pending.Write(ImageSignatureInfo.Of(input.Reference, selection.Root.Digest, verdict, CachePath));
            }
        }
        finally
        {
            input.Release?.Invoke();
        }
    }

    private async Task<IReadOnlyList<SignatureVerdict>> ExamineAsync(ImageSelection selection, CancellationToken cancellationToken)
    {
        if (_policy is not null)
        {
            return await _policy.ExamineAsync(selection.Referrers, selection.Name, selection.Root, cancellationToken).ConfigureAwait(false);
        }

        if (_trust is null)
        {
            var image = selection.Source is Core.Registry.RegistryRepository && selection.Name is { } name ? name
                : throw new InvalidOptionException(
                    $"Keyless signatures in {selection.Source.Description} cannot be verified: cosign reads them from a registry.",
                    "Verify the image in its registry.");
            return await new CosignProgram(Environment.GetEnvironmentVariable).VerifyAsync(
                image, selection.Root.Digest, TrustInput.Expression(Identity!), Issuer!, _rule, cancellationToken).ConfigureAwait(false);
        }

        var manifest = await selection.ReadAsync(cancellationToken).ConfigureAwait(false);
        var signatures = await SignatureReader.ReadAsync(selection.Referrers, manifest, cancellationToken).ConfigureAwait(false);
        return [.. signatures.Select(
            signature => SignatureVerdict.Of(signature, selection.Root.Digest, selection.Name, _trust, _rule))];
    }

    private async Task<bool> IsAcceptedAsync(ImageSelection selection, CancellationToken cancellationToken)
    {
        try
        {
            await _policy!.VerifyAsync(selection.Referrers, selection.Name, selection.Root, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SignatureRejectedException rejected)
        {
            Log.Information(rejected.Message);
            return false;
        }
    }
}

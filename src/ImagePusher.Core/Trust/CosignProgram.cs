using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>
/// Verifies keyless signatures by an installed cosign: short-lived certificates of Fulcio, whose time of use the transparency log
/// Rekor proves.
/// </summary>
/// <param name="environment">Reads PATH.</param>
internal sealed class CosignProgram(Func<string, string?> environment)
{
    private const string Name = "cosign";
    private const int MaximumOutput = 4 * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The verdicts about the signatures that cosign accepts; one that is not valid if it accepts none.</summary>
    /// <param name="image">The repository of the image.</param>
    /// <param name="digest">The digest of its manifest or index, which cosign verifies, whatever a tag means now.</param>
    /// <param name="identity">A regular expression for the whole identity.</param>
    /// <param name="issuer">The issuer of the identity, as its certificate states it.</param>
    /// <param name="rule">Which signed reference is accepted.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="PathNotFoundException">cosign is not installed.</exception>
    public async Task<IReadOnlyList<SignatureVerdict>> VerifyAsync(
        ImageReference image, Digest digest, string identity, string issuer, IdentityRule rule, CancellationToken cancellationToken)
    {
        var path = ProgramFinder.Find(Name, environment) ?? throw new PathNotFoundException(
            $"Keyless signatures of {image} cannot be verified: no program {Name} was found in the absolute folders of PATH.",
            "Install cosign, or verify by a public key or a trusted root.");
        string[] arguments =
        [
            "verify", "--output", "json", "--certificate-identity-regexp", identity, "--certificate-oidc-issuer", issuer,
            image.WithDigest(digest).ToString(),
        ];
        var (exitCode, output, errors) = await RunAsync(path, arguments, image, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? Read(output, digest, image, rule)
            : [Failed(digest, $"cosign rejects it: {LastLine(errors)}")];
    }

    private static IReadOnlyList<SignatureVerdict> Read(string output, Digest digest, ImageReference image, IdentityRule rule)
    {
        try
        {
            using var document = StrictJson.Parse(Encoding.UTF8.GetBytes(output));
            return [.. StrictJson.List(document.RootElement, "").Select(element => Verdict(element, digest, image, rule))];
        }
        catch (FormatException error)
        {
            return [Failed(digest, $"the output of cosign is not understood: {error.Message}")];
        }
    }

    // The result of cosign is checked again: this method compares the digest and the name.
    private static SignatureVerdict Verdict(JsonElement element, Digest digest, ImageReference image, IdentityRule rule)
    {
        var bytes = Encoding.UTF8.GetBytes(element.GetRawText());
        var signature = new ImageSignature
        {
            Kind = SignatureKind.Keyless,
            Manifest = digest,
            Signed = bytes,
            Payload = SignaturePayload.ReadSimpleSigning(bytes),
        };
        return SignatureVerdict.Of(signature, digest, image, new AlreadyVerified(), rule);
    }

    private static SignatureVerdict Failed(Digest digest, string reason) =>
        new(ImageSignature.Unusable(SignatureKind.Keyless, digest, reason), null, reason, IsValid: false);

    private static string LastLine(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return line is null ? "it states no reason" : TerminalText.Quote(line).TrimEnd('.');
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string path, string[] arguments, ImageReference image, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var errors = ReadAsync(process.StandardError, limit.Token);
                var output = await ReadAsync(process.StandardOutput, limit.Token).ConfigureAwait(false);
                var messages = await errors.ConfigureAwait(false);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return (process.ExitCode, output, messages);
            }
            catch (Exception error) when (error is OperationCanceledException or LimitExceededException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                throw error is LimitExceededException ? error : Unusable(image, "it did not exit within two minutes");
            }
        }
        catch (Win32Exception)
        {
            throw Unusable(image, "it could not be started");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var (text, buffer) = (new StringBuilder(), new char[16 * 1024]);
        for (int count; (count = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            text.Append(buffer, 0, count);
            if (text.Length > MaximumOutput)
            {
                throw new LimitExceededException("cosign writes more than 4 MiB.", "Run cosign on its own, and see what it writes.");
            }
        }

        return text.ToString();
    }

    private static UnsupportedContentException Unusable(ImageReference image, string why) =>
        new($"Keyless signatures of {image} cannot be verified by cosign: {why}.", "Check the installation of cosign.");

    // The signer's key is in a certificate that cosign verified and does not show.
    private sealed class AlreadyVerified : SignatureTrust
    {
        public override Signer? Verify(ImageSignature signature, out string? reason)
        {
            reason = null;
            return new Signer("", null);
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>
/// Runs a credential helper as Docker does: <c>docker-credential-NAME get</c>, the server on its standard input
/// (docker/docker-credential-helpers).
/// </summary>
internal static class CredentialHelper
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The helper's credential; null if it has none for the server.</summary>
    /// <exception cref="RegistryUnauthorizedException">It is missing or failed.</exception>
    public static async Task<RegistryCredential?> GetAsync(
        string name, string server, Func<string, string?> environment, ILogger log, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + ErrorBody.OneLine(name);
        var path = ProgramFinder.Find("docker-credential-" + name, environment)
            ?? throw Failed(program, server, ProgramFinder.IsFileName(name)
                ? "no such program was found in the absolute folders of PATH"
                : "its name is not a file name");
        log.Debug($"Asking the credential helper {program} for {server}.");
        var (exitCode, output) = await RunAsync(path, program, server, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            // Helpers report that on standard output; there is no exit code for it.
            if (output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            throw Failed(program, server, $"it ended with exit code {exitCode}");
        }

        try
        {
            using var json = JsonDocument.Parse(output);
            var (user, secret) = (json.RootElement.Text("Username"), json.RootElement.Text("Secret"));
            return secret is null ? null
                : user is null or "<token>" ? RegistryCredential.FromIdentityToken(secret)
                : new RegistryCredential(user, secret);
        }
        catch (JsonException)
        {
            throw Failed(program, server, "its output is not JSON");
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string path, string program, string server, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, "get")
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
            try
            {
                await WriteServerAsync(process, server, limit.Token).ConfigureAwait(false);
                var errors = ReadAsync(process.StandardError, limit.Token);
                var output = await ReadAsync(process.StandardOutput, limit.Token).ConfigureAwait(false);
                if (output is null || await errors.ConfigureAwait(false) is null)
                {
                    process.Kill(entireProcessTree: true);
                    throw Failed(program, server, $"it wrote more than {CredentialLimits.HelperOutput} characters");
                }

                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return (process.ExitCode, output);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                throw Failed(program, server, "it did not exit within 30 seconds");
            }
        }
        catch (Win32Exception)
        {
            throw Failed(program, server, "it could not be started");
        }
    }

    // Null if it is too much.
    private static async Task<string?> ReadAsync(TextReader output, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        while (await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            if (text.Append(buffer, 0, count).Length > CredentialLimits.HelperOutput)
            {
                return null;
            }
        }

        return text.ToString();
    }

    private static async Task WriteServerAsync(Process process, string server, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(server.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A helper of one registry may exit without reading the server's name; its output counts.
        }
    }

    private static RegistryUnauthorizedException Failed(string program, string server, string why) => new(
        $"The credential helper {program} gave no credentials for {server}: {why}.",
        "Install or repair the helper, remove it from Docker's config.json (credsStore, credHelpers), or sign in with a credential.");
}

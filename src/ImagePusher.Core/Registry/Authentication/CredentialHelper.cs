using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Runs a credential helper as docker does: <c>docker-credential-NAME get</c>, the server on its standard input (docker/docker-credential-helpers).</summary>
internal static class CredentialHelper
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>What the helper knows; null if it knows nothing of the server.</summary>
    /// <exception cref="RegistryUnauthorizedException">It is missing or failed.</exception>
    public static async Task<RegistryCredential?> GetAsync(
        string name, string server, Func<string, string?> environment, ILogger log, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + name;
        log.Debug($"Asking the credential helper {program} for {server}.");
        var (exitCode, output) = await RunAsync(program, server, environment, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            // Helpers say so in words on standard output; there is no code for it.
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
            throw Failed(program, server, "it did not answer with JSON");
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program, string server, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Locate(program, environment("PATH")), "get")
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
                await TellAsync(process, server, limit.Token).ConfigureAwait(false);
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
                await errors.ConfigureAwait(false);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return (process.ExitCode, output);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                throw Failed(program, server, "it did not end within 30 seconds");
            }
        }
        catch (Win32Exception)
        {
            throw Failed(program, server, "it could not be started");
        }
    }

    private static async Task TellAsync(Process process, string server, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(server.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A helper that serves one registry may end without reading for whom it is asked; what it wrote counts.
        }
    }

    private static string Locate(string program, string? path)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? name;
    }

    private static RegistryUnauthorizedException Failed(string program, string server, string why) => new(
        $"The credential helper {program} gave no credentials for {server}: {why}.",
        "Install or repair the helper, remove it from docker's config.json (credsStore, credHelpers), or specify a credential.");
}

using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Docker's config.json or podman's auth.json: auths, credHelpers and credsStore. It is read again when it changes.</summary>
internal sealed class DockerConfigFile(string path, Func<string, string?> environment) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, RegistryCredential?> _helped = [];
    private readonly Dictionary<string, (int Number, RegistryUnauthorizedException Error)> _failures = [];
    private (DateTime Written, long Length) _stamp;
    private Content _content = Content.Empty;
    private int _failureCount;

    /// <summary>docker reads comments and trailing commas too.</summary>
    public static JsonDocumentOptions Format { get; } = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public string Path => path;

    /// <summary>The entries of one of the file's objects; none if it is not there.</summary>
    public static IEnumerable<JsonProperty> Properties(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject()
            : Enumerable.Empty<JsonProperty>();

    /// <summary>The files that docker and podman use here, in their order.</summary>
    public static IEnumerable<string> Locate(Func<string, string?> environment)
    {
        var home = environment("HOME") ?? environment("USERPROFILE");
        var docker = environment("DOCKER_CONFIG") is { Length: > 0 } folder ? folder
            : home is null ? null : System.IO.Path.Combine(home, ".docker");
        string?[] paths =
        [
            docker is null ? null : System.IO.Path.Combine(docker, "config.json"),
            environment("REGISTRY_AUTH_FILE"),
            environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? System.IO.Path.Combine(runtime, "containers", "auth.json") : null,
            home is null ? null : System.IO.Path.Combine(environment("XDG_CONFIG_HOME") is { Length: > 0 } config ? config : System.IO.Path.Combine(home, ".config"), "containers", "auth.json"),
        ];
        return paths.OfType<string>().Where(path => path.Length > 0);
    }

    /// <summary>The credential for a repository; null if the file has none.</summary>
    /// <exception cref="RegistryUnauthorizedException">A helper that the file names failed.</exception>
    public async Task<RegistryCredential?> FindAsync(
        string registry, string repository, RegistryCredential? refused, ILogger log, CancellationToken cancellationToken)
    {
        var since = Volatile.Read(ref _failureCount);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RefreshAsync(log, cancellationToken).ConfigureAwait(false);
            var keys = Keys(registry, repository);
            if (keys.Select(key => _content.Helpers.GetValueOrDefault(key)).FirstOrDefault(helper => helper is not null) is { } helper)
            {
                return await AskAsync(helper, registry, refused, since, log, cancellationToken).ConfigureAwait(false);
            }

            var found = keys.Select(key => _content.Auths.GetValueOrDefault(key)).FirstOrDefault(credential => credential is not null);
            return found ?? (_content.Store is { } store ? await AskAsync(store, registry, refused, since, log, cancellationToken).ConfigureAwait(false) : null);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    // podman's keys may name a repository or a folder of it: the longest first. Then the host in all its old spellings.
    private static List<string> Keys(string registry, string repository)
    {
        var keys = new List<string>();
        for (var path = $"{registry}/{repository}"; path.LastIndexOf('/') is var slash && slash > 0; path = path[..slash])
        {
            keys.Add(path.TrimEnd('/'));
        }

        string[] hosts = registry == ImageReference.DockerHub ? ["https://index.docker.io/v1/", registry, "index.docker.io", "registry-1.docker.io"] : [registry];
        foreach (var host in hosts)
        {
            keys.AddRange([host, $"https://{host}", $"https://{host}/", $"https://{host}/v1/", $"https://{host}/v2/", $"http://{host}", $"http://{host}/"]);
        }

        return keys;
    }

    private async Task<RegistryCredential?> AskAsync(
        string helper, string registry, RegistryCredential? refused, int since, ILogger log, CancellationToken cancellationToken)
    {
        var key = $"{helper} {registry}";
        if (_failures.TryGetValue(key, out var failure) && failure.Number > since)
        {
            // It failed while this one waited, perhaps by taking all the time that it has; whoever comes later runs it again.
            throw failure.Error;
        }

        if (!_helped.TryGetValue(key, out var credential) || (refused is not null && credential == refused))
        {
            var server = registry == ImageReference.DockerHub ? "https://index.docker.io/v1/" : registry;
            try
            {
                credential = await CredentialHelper.GetAsync(helper, server, environment, log, cancellationToken).ConfigureAwait(false);
            }
            catch (RegistryUnauthorizedException error)
            {
                _failures[key] = (++_failureCount, error);
                throw;
            }

            _helped[key] = credential;
        }

        return credential;
    }

    private async Task RefreshAsync(ILogger log, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        var stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        if (stamp == _stamp)
        {
            return;
        }

        _helped.Clear();
        _content = Content.Empty;
        _stamp = stamp;
        if (stamp == default)
        {
            return;
        }

        try
        {
            _content = Content.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
            log.Debug($"Credentials may come from {path}.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            log.Warning($"The credentials file {path} is left out: {(error is JsonException or InvalidOperationException ? "it is not JSON" : ErrorBody.OneLine(error.Message))}.");
        }
    }

    private sealed record Content(
        IReadOnlyDictionary<string, RegistryCredential> Auths, IReadOnlyDictionary<string, string> Helpers, string? Store)
    {
        public static Content Empty { get; } = new(new Dictionary<string, RegistryCredential>(), new Dictionary<string, string>(), null);

        public static Content Parse(byte[] raw)
        {
            using var json = JsonDocument.Parse(raw, Format);
            var root = json.RootElement;
            var auths = new Dictionary<string, RegistryCredential>();
            foreach (var entry in Properties(root, "auths"))
            {
                if (Read(entry.Value) is { } credential)
                {
                    auths[entry.Name] = credential;
                }
            }

            var helpers = new Dictionary<string, string>();
            foreach (var entry in Properties(root, "credHelpers").Where(entry => entry.Value.ValueKind == JsonValueKind.String))
            {
                helpers[entry.Name] = entry.Value.GetString()!;
            }

            return new Content(auths, helpers, root.Text("credsStore"));
        }

        private static RegistryCredential? Read(JsonElement entry)
        {
            try
            {
                return ReadText(entry);
            }
            catch (Exception error) when (error is FormatException or JsonException)
            {
                // No base64, or no Unicode: it is no credential, and the other entries may be.
                return null;
            }
        }

        private static RegistryCredential? ReadText(JsonElement entry)
        {
            if (entry.Text("identitytoken") is { } token)
            {
                return RegistryCredential.FromIdentityToken(token);
            }

            if (entry.Text("username") is { } user && entry.Text("password") is { } password)
            {
                return new RegistryCredential(user, password);
            }

            var pair = entry.Text("auth") is { } auth ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(auth)).TrimEnd('\0') : "";
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon > 0 ? new RegistryCredential(pair[..colon], pair[(colon + 1)..]) : null;
        }
    }
}

using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry.Http;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Docker's config.json, Podman's auth.json or the variable DOCKER_AUTH_CONFIG. It is read again when it changes.</summary>
/// <param name="source">The path, or <see cref="Variable"/>.</param>
/// <param name="environment">Reads the variable, and PATH for helpers.</param>
internal sealed class DockerConfigFile(string source, Func<string, string?> environment) : IDisposable
{
    /// <summary>The variable whose value is such a file. Docker ignores helpers in it.</summary>
    public const string Variable = "DOCKER_AUTH_CONFIG";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, RegistryCredential?> _helperCredentials = [];
    private readonly Dictionary<string, (int Number, RegistryUnauthorizedException Error)> _failures = [];
    private readonly HashSet<string> _reported = [];
    private object? _stamp;
    private DockerConfig _content = DockerConfig.Empty;
    private int _failureCount;

    /// <summary>The credential for a repository; null if the file has none.</summary>
    /// <exception cref="RegistryUnauthorizedException">A helper that the file names failed.</exception>
    public async Task<RegistryCredential?> FindAsync(
        string registry, string repository, RegistryCredential? rejected, ILogger log, CancellationToken cancellationToken)
    {
        var since = Volatile.Read(ref _failureCount);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Refresh(log);
            var keys = new CredentialKeys(registry, repository);
            if (keys.Find(_content.Helpers) is { Value: { } helper })
            {
                return await RunHelperAsync(helper, registry, rejected, since, log, cancellationToken).ConfigureAwait(false);
            }

            if (keys.Find(_content.Auths) is { Value: { } found })
            {
                return found;
            }

            if (keys.Find(_content.Problems) is { Key: { } key, Value: { } problem } && _reported.Add(key))
            {
                log.Warning($"The credential for {TerminalText.Escape(key)} in {source} is ignored: {problem}.");
            }

            return _content.Store is { } store
                ? await RunHelperAsync(store, registry, rejected, since, log, cancellationToken).ConfigureAwait(false)
                : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<RegistryCredential?> RunHelperAsync(
        string helper, string registry, RegistryCredential? rejected, int since, ILogger log, CancellationToken cancellationToken)
    {
        var key = $"{helper} {registry}";
        if (_failures.TryGetValue(key, out var failure) && failure.Number > since)
        {
            // It failed while this call waited, possibly after its complete time limit; later calls run it again.
            throw failure.Error;
        }

        if (!_helperCredentials.TryGetValue(key, out var credential) || (rejected is not null && credential == rejected))
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

            _helperCredentials[key] = credential;
        }

        return credential;
    }

    private void Refresh(ILogger log)
    {
        var isFile = source != Variable;
        var stamp = isFile ? FileStamp() : environment(Variable) is { Length: > 0 } value ? value : null;
        if (Equals(stamp, _stamp))
        {
            return;
        }

        (_stamp, _content) = (stamp, DockerConfig.Empty);
        _helperCredentials.Clear();
        _reported.Clear();
        if (stamp is null)
        {
            return;
        }

        try
        {
            _content = isFile
                ? DockerConfig.Read(source)
                : DockerConfig.Parse(System.Text.Encoding.UTF8.GetBytes((string)stamp)) with
                {
                    Helpers = DockerConfig.Empty.Helpers,
                    Store = null,
                };
            log.Debug($"Credentials may come from {source}.");
            if (_content.Problem is { } problem)
            {
                log.Warning($"A part of the credentials in {source} is ignored: {problem}.");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            var cause = error is JsonException or InvalidOperationException
                ? "it is not JSON"
                : ErrorBody.OneLine(error.Message).TrimEnd('.');
            log.Warning($"The credentials in {source} are ignored: {cause}.");
        }
    }

    private object? FileStamp()
    {
        var file = new FileInfo(source);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
    }
}

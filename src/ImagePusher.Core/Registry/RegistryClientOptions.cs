using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Registry;

/// <summary>The options of a <see cref="RegistryClient"/>. Each has a default.</summary>
public sealed record RegistryClientOptions
{
    /// <summary>The clock. The default is the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// The log of the client: warnings, decisions (information level) and requests (debug level). A copy whose
    /// <see cref="Transfer.CopyOptions.Logger"/> is set writes there instead. The default discards all messages.
    /// </summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>
    /// Finds the credentials of registries for which the session has none; null, the default: DOCKER_AUTH_CONFIG, Docker's config.json
    /// with its credential helpers, and Podman's auth.json.
    /// </summary>
    public ICredentialProvider? CredentialProvider { get; init; }

    /// <summary>
    /// Creates the handler that sends the HTTP requests of a registry, <c>host[:port]</c>; the client disposes it. Null, the default:
    /// connections with the TLS settings, proxy, connect time-out and address checks of these options. The client follows redirects itself
    /// and verifies the bytes as they are sent: it disables redirects and decompression in a <see cref="SocketsHttpHandler"/> or
    /// <see cref="HttpClientHandler"/>, also in one that delegating handlers wrap. Other handlers must not follow redirects or decompress
    /// content.
    /// </summary>
    public Func<string, HttpMessageHandler>? HandlerFactory { get; init; }

    /// <summary>Keeps uploads across processes; null, the default: only this client can resume an interrupted upload.</summary>
    internal IUploadJournal? UploadJournal { get; init; }

    /// <summary>The User-Agent of every request. The default names this library and its version.</summary>
    public string UserAgent { get; init; } =
        "ImagePusher/" + (typeof(RegistryClientOptions).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>The settings of registries without their own settings.</summary>
    public RegistrySettings DefaultSettings
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = RegistrySettings.Default;

    /// <summary>
    /// The proxy; null, the default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY. Loopback addresses are never reached through it.
    /// </summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>
    /// Reads an environment variable: those of proxies, DOCKER_AUTH_CONFIG, DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR,
    /// XDG_CONFIG_HOME, HOME, USERPROFILE, PATH and PATHEXT. The default reads the process's.
    /// </summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The folders with certificates in Docker's form: for each registry a folder <c>host[:port]</c> with <c>*.crt</c>,
    /// <c>*.cert</c> and <c>*.key</c>. Null, the default: the folders of Docker and Podman.
    /// </summary>
    public IReadOnlyList<string>? CertificateFolders { get; init; }

    /// <summary>
    /// The folder for a layer whose length a registry requires before the upload; null, the default: the temporary folder.
    /// </summary>
    public string? SpoolFolder { get; init; }

    /// <summary>The limits on input from registries.</summary>
    internal RegistryLimits Limits { get; init; } = RegistryLimits.Default;

    /// <summary>
    /// The credentials of DOCKER_AUTH_CONFIG, Docker's config.json with its credential helpers, and Podman's auth.json, in this order, for
    /// a <see cref="CredentialProvider"/> that falls back to them.
    /// </summary>
    /// <param name="environment">Reads an environment variable; null for those of the process.</param>
    /// <param name="logger">Receives the file that is used; null to discard it.</param>
    public static ICredentialProvider CreateDockerCredentialProvider(Func<string, string?>? environment = null, ILogger? logger = null) =>
        new ConfiguredCredentialProvider(environment ?? System.Environment.GetEnvironmentVariable, logger);
}

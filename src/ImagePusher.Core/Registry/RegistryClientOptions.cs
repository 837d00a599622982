using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry;

/// <summary>What a <see cref="RegistryClient"/> is made of.</summary>
public sealed record RegistryClientOptions
{
    /// <summary>The clock. The default is the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Keeps uploads across processes; null: an interrupted upload is known to this process alone.</summary>
    internal IUploadJournal? UploadJournal { get; init; }

    /// <summary>The User-Agent of every request. The default names this library and its version.</summary>
    public string UserAgent { get; init; } = "ImagePusher/" + (typeof(RegistryClientOptions).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>What holds for registries without options of their own.</summary>
    public RegistrySettings DefaultSettings { get; init; } = RegistrySettings.Default;

    /// <summary>The proxy; null, the default: what HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say. Loopback addresses never use one.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Reads an environment variable: those of proxies, DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, HOME, PATH. The default reads the process's.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The folders that hold certificates in docker's form, a folder <c>host[:port]</c> each with <c>*.crt</c>, <c>*.cert</c> and
    /// <c>*.key</c>; null, the default: those of docker and podman.
    /// </summary>
    public IReadOnlyList<string>? CertificateFolders { get; init; }

    /// <summary>Where a layer is kept that a registry takes only with a length known beforehand; null, the default: the temporary folder.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>What registries may ask of this client.</summary>
    internal RegistryLimits Limits { get; init; } = RegistryLimits.Default;
}

namespace ImagePusher.Core.Registry;

/// <summary>How a registry is spoken to. Immutable: change it with <c>with</c> and <see cref="RegistryClient.SetSettings"/>.</summary>
public sealed record RegistrySettings
{
    /// <summary>What holds where nothing was set.</summary>
    public static RegistrySettings Default { get; } = new();

    /// <summary>
    /// True: http. False: https. Null, the default: https, but for localhost, 127.0.0.0/8 and [::1] http is tried first and
    /// https if no http server answers there.
    /// </summary>
    public bool? PlainHttp { get; init; }

    /// <summary>A PEM file with certificates that are trusted besides the system's; null, the default: none.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>
    /// A client certificate: a .pfx or .p12 file without password, or a PEM file that holds the key too or has it beside it
    /// (<c>client.cert</c> and <c>client.key</c>); null, the default: none.
    /// </summary>
    public string? ClientCertificate { get; init; }

    /// <summary>True to accept any certificate of this registry, its token server and its storage. The default is false.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>
    /// Where manifests and blobs are looked for before the registry itself, in this order: <c>host[:port][/prefix]</c>.
    /// Nothing is ever written to a mirror. The default is none.
    /// </summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>What is put before every repository's path, such as the name of a proxy project; null, the default: nothing.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>True to keep docker.io's <c>library/</c> in the names of images that are pushed to this registry. The default is false.</summary>
    public bool KeepLibrary { get; init; }

    /// <summary>How blobs are uploaded. The default is <see cref="UploadForm.Auto"/>.</summary>
    public UploadForm UploadForm { get; init; }

    /// <summary>
    /// Blobs of fewer bytes go by one whole PUT where the form is <see cref="UploadForm.Auto"/>: 1 MiB. What is cut of them is
    /// sent again at once, so nothing is lost by a form that can't be gone on with, and it saves a request.
    /// </summary>
    internal long WholeBelow { get; init; } = 1024 * 1024;

    /// <summary>The bytes of a chunk where blobs are sent in chunks. The default is 8 MiB; a registry may ask for more.</summary>
    public int ChunkSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most blobs to send at once, and the most to receive at once, over all work of the session. The default is 6.</summary>
    public int ThrottleLimit { get; init; } = 6;

    /// <summary>How long a connection may take to be made. The default is 15 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may be silent in the middle of a request or answer. The default is 60 seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a failed request is tried again; progress in a blob renews it. The default is 4; 0 means never.</summary>
    public int MaximumRetryCount { get; init; } = 4;

    /// <summary>
    /// The wait before the first new try; it doubles with each, up to a minute or, where that is more, this wait. What the
    /// registry asks for in Retry-After comes first, with the same bound. The default is 1 second.
    /// </summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);
}

using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Sync;

/// <summary>A file that declares which images are mirrored: skopeo's sync YAML or regsync's configuration.</summary>
internal sealed record SyncFile
{
    /// <summary>The path of the file, as it was specified.</summary>
    public required string Path { get; init; }

    /// <summary>The entries, in the order of the file.</summary>
    public required IReadOnlyList<SyncEntry> Entries { get; init; }

    /// <summary>The access options by registry; registries without an entry have no special options.</summary>
    public IReadOnlyDictionary<string, SyncRegistry> Registries { get; init; } = new Dictionary<string, SyncRegistry>();

    /// <summary>The maximum number of images copied at the same time; null if the file does not set it.</summary>
    public int? Parallel { get; init; }

    /// <summary>Warnings about the file.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The access options of a registry in a sync file.</summary>
internal sealed record SyncRegistry
{
    /// <summary>The credential, whose secret came from an environment variable; null for the session's or the configured one.</summary>
    public RegistryCredential? Credential { get; init; }

    /// <summary>True to use http, false to require https; null for the default.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>True to accept any certificate.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>True to use http where the registry has no https, as skopeo does without verification.</summary>
    public bool AllowsHttp { get; init; }

    /// <summary>A folder with certificates; null for none.</summary>
    public string? CertificateFolder { get; init; }

    /// <summary>True if the file changes more than the credential.</summary>
    public bool HasSettings => PlainHttp is not null || SkipCertificateCheck || CertificateFolder is not null;
}

/// <summary>One entry of a sync file: a repository, or all repositories of a registry, and which of its images are wanted.</summary>
internal sealed record SyncEntry
{
    /// <summary>The registry that is read.</summary>
    public required string Registry { get; init; }

    /// <summary>The repository without tag; null for the repositories of the registry.</summary>
    public ImageReference? Repository { get; init; }

    /// <summary>Which repositories of the registry are wanted, if <see cref="Repository"/> is null.</summary>
    public SyncTagSet Repositories { get; init; } = SyncTagSet.All;

    /// <summary>The selection of images.</summary>
    public required SyncRule Rule { get; init; }

    /// <summary>The target that the file states: a registry, a repository or an image, by the kind of the entry; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>The platforms to copy from an index; empty for all.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>True to copy referrers and the tags of cosign too; null if the file does not say.</summary>
    public bool? IncludeReferrers { get; init; }

    /// <summary>The number of remaining pulls below which copying waits; 0 for none.</summary>
    public int MinimumRateLimit { get; init; }

    /// <summary>The interval between two checks of the rate limit; null for the default.</summary>
    public TimeSpan? RateLimitRetry { get; init; }

    /// <summary>The line of the entry in the file, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The column of the entry in the file, from 1.</summary>
    public required int Column { get; init; }
}

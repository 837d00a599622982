namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>How a fake registry differs from the specification. A copy by <c>with</c> is another one, such as the same with smaller
/// limits.</summary>
public sealed partial record RegistryProfile
{
    /// <summary>The registry that it imitates.</summary>
    public required string Name { get; init; }

    /// <summary>The evidence for it.</summary>
    public required string Source { get; init; }

    /// <summary>The response to a finished PATCH.</summary>
    public int PatchStatus { get; init; } = 202;

    /// <summary>The Range in the response to a POST.</summary>
    public RangeStyle PostRange { get; init; }

    /// <summary>The Range in the response to a PATCH.</summary>
    public RangeStyle PatchRange { get; init; }

    /// <summary>The Range in the response to a question for the upload's status.</summary>
    public RangeStyle StatusRange { get; init; }

    /// <summary>True if the status of an upload can be requested; otherwise 404.</summary>
    public bool AnswersStatus { get; init; } = true;

    /// <summary>Whether the status comes with a Location.</summary>
    public bool StatusHasLocation { get; init; } = true;

    /// <summary>True if each response contains a new Location and old ones are rejected with 404.</summary>
    public bool ChangesLocation { get; init; } = true;

    /// <summary>Whether the query of a Location must come back byte for byte; otherwise, as from Go's clients, decoded and encoded
    /// again.</summary>
    public bool ComparesLocationBytes { get; init; } = true;

    /// <summary>How Locations are written.</summary>
    public LocationStyle Location { get; init; }

    /// <summary>Whether a blob may come whole in a PUT; otherwise 404 BLOB_UNKNOWN.</summary>
    public bool TakesWholePut { get; init; } = true;

    /// <summary>The largest body of a PUT, in bytes; more is 413 at once.</summary>
    public long LargestPut { get; init; } = long.MaxValue;

    /// <summary>The largest body of any request, in bytes; more is 413 at once.</summary>
    public long LargestBody { get; init; } = long.MaxValue;

    /// <summary>Whether a body of unknown length may come, in chunked transfer coding; otherwise 411.</summary>
    public bool TakesUnknownLength { get; init; } = true;

    /// <summary>The response to a PATCH without Content-Range when the upload has bytes already; 0 appends.</summary>
    public int SecondStreamRefusal { get; init; }

    /// <summary>The message of that response; {0} is the number of bytes.</summary>
    public string SecondStreamMessage { get; init; } = "the upload has bytes already";

    /// <summary>The response to a Content-Range; 0 takes it.</summary>
    public int RangeRefusal { get; init; }

    /// <summary>The largest body with a Content-Range, in bytes; more is 416.</summary>
    public long LargestChunk { get; init; } = long.MaxValue;

    /// <summary>The smallest chunk but the last, in bytes; a smaller one is found at the end, with 400.</summary>
    public long SmallestChunk { get; init; }

    /// <summary>Whether the response to POST says <see cref="SmallestChunk"/> by OCI-Chunk-Min-Length.</summary>
    public bool SaysSmallestChunk { get; init; }

    /// <summary>The state of an upload whose request was interrupted.</summary>
    public AfterCut AfterCut { get; init; }

    /// <summary>Whether blobs can be mounted; otherwise a mount is an ordinary POST.</summary>
    public bool Mounts { get; init; } = true;

    /// <summary>The response to a mount that does not say where from; 0 looks in all repositories.</summary>
    public int MountWithoutFromRefusal { get; init; }

    /// <summary>The response to a mount from a repository that is not there, or not allowed; 0 begins an upload.</summary>
    public int MountRefusal { get; init; }

    /// <summary>Whether only repositories that were made before can be pushed to; otherwise 404 NAME_UNKNOWN.</summary>
    public bool RepositoriesMustExist { get; init; }

    /// <summary>Whether answers name the digest by Docker-Content-Digest.</summary>
    public bool SaysDigest { get; init; } = true;

    /// <summary>True if manifests can be requested with HEAD; otherwise 405.</summary>
    public bool TakesManifestHead { get; init; } = true;

    /// <summary>Whether a tag can be deleted by its name; otherwise 405, and images are deleted by their digests.</summary>
    public bool DeletesTags { get; init; } = true;

    /// <summary>Whether only GET /v2/ names a challenge with its 401.</summary>
    public bool ChallengesPingAlone { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

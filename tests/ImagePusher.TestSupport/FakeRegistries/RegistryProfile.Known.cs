namespace ImagePusher.TestSupport.FakeRegistries;

/// <content>The registries that are known well enough. Numbers are issues and pull requests; docs/operate/registries.md has the
/// sources.</content>
public sealed partial record RegistryProfile
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>By the book: every form, every chunk size, a status that is true.</summary>
    public static RegistryProfile Conformant { get; } = new() { Name = "specification", Source = "OCI distribution-spec 1.1" };

    /// <summary>Conforms to the specification and states the smallest chunk that it accepts.</summary>
    public static RegistryProfile WithMinimumChunk { get; } = new()
    {
        Name = "OCI-Chunk-Min-Length",
        Source = "OCI distribution-spec 1.1, Pushing a blob in chunks",
        SmallestChunk = 4 * Mebibyte,
        SaysSmallestChunk = true,
    };

    /// <summary>A cut PATCH ends its session; finished ones survive.</summary>
    public static RegistryProfile Distribution { get; } = new()
    {
        Name = "distribution",
        Source = "docker-registry 2.8.2, run here",
        AfterCut = AfterCut.ForgetsSession,
    };

    /// <summary>
    /// Amazon ECR. PATCH answers 201 and its Range stays at the first chunk; chunks of 5 to 20 MiB; a stream that begins again is 416;
    /// repositories must exist. That its status is as stale as the PATCH's Range is a guess.
    /// </summary>
    public static RegistryProfile Ecr { get; } = new()
    {
        Name = "Amazon ECR",
        Source = "aws/containers-roadmap #2831, apple/containerization #790, dotnet/sdk #33019, docker/cli #5275",
        PatchStatus = 201,
        PatchRange = RangeStyle.Stale,
        StatusRange = RangeStyle.Stale,
        SecondStreamRefusal = 416,
        SecondStreamMessage = "First byte of the layer part is 0 instead of {0}",
        LargestChunk = 20 * Mebibyte,
        SmallestChunk = 5 * Mebibyte,
        RepositoriesMustExist = true,
        ChangesLocation = false,
        Mounts = false,
    };

    /// <summary>GitHub's registry. A chunk above 4 MiB is 416; a stream is not limited.</summary>
    public static RegistryProfile Ghcr { get; } = new()
    {
        Name = "GHCR",
        Source = "rust-oci-client #35 and #37, wasmCloud/wash #268, ocx #237",
        LargestChunk = 4 * Mebibyte,
    };

    /// <summary>Azure's registry. A PUT above 20 MB is 413; streams and chunks are taken.</summary>
    public static RegistryProfile Acr { get; } = new()
    {
        Name = "ACR",
        Source = "goharbor/harbor #23015 and #21640",
        LargestPut = 20_000_000,
        Location = LocationStyle.HostRelative,
    };

    /// <summary>Google's Artifact Registry. No chunks; the status of its rejection is not known, 400 here.</summary>
    public static RegistryProfile ArtifactRegistry { get; } = new()
    {
        Name = "Artifact Registry",
        Source = "dotnet/sdk-container-builds #287, kitops #777, skopeo #1101",
        RangeRefusal = 400,
        AnswersStatus = false,
    };

    /// <summary>
    /// Quay. A mount that does not say where from was 400 (mended in 2021); Range is <c>bytes=0--1</c> after POST, <c>0-last</c> after
    /// PATCH,
    /// and <c>bytes=0-count</c>, without Location, in the status.
    /// </summary>
    public static RegistryProfile Quay { get; } = new()
    {
        Name = "Quay",
        Source = "jib #703, quay/quay #899 and endpoints/v2/blob.py",
        MountWithoutFromRefusal = 400,
        PostRange = RangeStyle.WithUnit,
        StatusRange = RangeStyle.OneTooMany,
        StatusHasLocation = false,
        ChangesLocation = false,
        AfterCut = AfterCut.KeepsFinishedChunks,
    };

    /// <summary>JFrog Artifactory. POST and PUT of the whole fails with 404; POST, PATCH and an empty PUT works.</summary>
    public static RegistryProfile Artifactory { get; } = new()
    {
        Name = "Artifactory",
        Source = "docker/buildx #196, moby/buildkit #1130",
        TakesWholePut = false,
        ChangesLocation = false,
    };

    /// <summary>Gitea. A second stream is rejected, an interruption leaves an upload that accepts no more data, and there is no
    /// status.</summary>
    public static RegistryProfile Gitea { get; } = new()
    {
        Name = "Gitea",
        Source = "dotnet/sdk-container-builds #471, gitea services/packages/container/blob_uploader.go",
        SecondStreamRefusal = 400,
        SecondStreamMessage = "Stream uploads after first write are not allowed",
        AnswersStatus = false,
        ChangesLocation = false,
        Location = LocationStyle.HostRelative,
        AfterCut = AfterCut.FailsAfterwards,
        Mounts = false,
    };

    /// <summary>
    /// Harbor behind a proxy that ends TLS and does not say so: Locations have the other scheme. A mount from a project that is not there
    /// is 401.
    /// </summary>
    public static RegistryProfile HarborBehindProxy { get; } = new()
    {
        Name = "Harbor behind a proxy",
        Source = "distribution #479, #2225, #2862, goharbor/harbor #61, #17097",
        Location = LocationStyle.OtherScheme,
        MountRefusal = 401,
        AfterCut = AfterCut.ForgetsSession,
    };

    /// <summary>The same with Locations that name a host of the inner network.</summary>
    public static RegistryProfile HarborWithInternalName { get; } = HarborBehindProxy with
    {
        Name = "Harbor with an internal name",
        Location = LocationStyle.InternalHost,
    };

    /// <summary>Pulp. PATCH answers 204.</summary>
    public static RegistryProfile Pulp { get; } = new()
    {
        Name = "Pulp",
        Source = "pulp/pulp_container #2199",
        PatchStatus = 204,
    };

    /// <summary>A proxy with a limit of 100 MB for any body (Cloudflare); a copy may have another.</summary>
    public static RegistryProfile BodyLimit { get; } = new()
    {
        Name = "body limit",
        Source = "Cloudflare: containers/image #1869, podman #24919; nginx: distribution #2042",
        LargestBody = 100_000_000,
    };

    /// <summary>All profiles except those with a name of an internal network, which no client outside can push to.</summary>
    public static IReadOnlyList<RegistryProfile> All { get; } =
    [
        Conformant, WithMinimumChunk, Distribution, Ecr, Ghcr, Acr, ArtifactRegistry, Quay, Artifactory, Gitea, HarborBehindProxy, Pulp,
        BodyLimit,
    ];
}

namespace ImagePusher.TestSupport;

/// <summary>
/// Image archives made by umoci, skopeo and podman (tests/Fixtures/make-images.sh), once a run, read-only for all tests.
/// IMAGEPUSHER_TEST_IMAGES names a folder where they are already.
/// </summary>
public sealed class ImagesFixture
{
    private static readonly string[] NeededTools = ["bash", "umoci", "skopeo", "podman", "jq", "zstd"];
    private static readonly Lazy<Task<ImagesFixture>> Made = new(MakeAsync);

    private ImagesFixture(string folder) => Folder = folder;

    /// <summary>The folder with all of them.</summary>
    public string Folder { get; }

    /// <summary>The full path of one: oci, oci-archive.tar, docker-archive.tar and its .gz and .zst, docker-multi.tar, docker25.tar,
    /// docker25-sparse.tar, zstd-layers, index, artifact.</summary>
    public string this[string name] => Path.Combine(Folder, name) is var path && Path.Exists(path)
        ? path
        : throw new FileNotFoundException($"make-images.sh made no {name}.", path);

    /// <summary>The images, created on the first call. Skips the test if a tool that creates them is missing.</summary>
    public static Task<ImagesFixture> GetAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_IMAGES") is { Length: > 0 } folder)
        {
            return Task.FromResult(new ImagesFixture(folder));
        }

        ExternalTools.RequireAll(NeededTools);
        return Made.Value.WaitAsync(cancellationToken);
    }

    private static async Task<ImagesFixture> MakeAsync()
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var script = Path.Combine(AppContext.BaseDirectory, "Fixtures", "make-images.sh");
        var settings = new ToolSettings { TimeLimit = TimeSpan.FromMinutes(5) };
        await ExternalTools.RunAsync("bash", [script, folder.FullName], settings, CancellationToken.None);
        return new ImagesFixture(folder.FullName);
    }
}

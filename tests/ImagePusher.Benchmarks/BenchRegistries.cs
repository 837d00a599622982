using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks;

/// <summary>The registries: a source and a target, and for the emulated networks each of them with TLS over the same blobs.</summary>
internal sealed class BenchRegistries : IAsyncDisposable
{
    private readonly DirectoryInfo _storage;
    private readonly TestCertificates _certificates;

    private BenchRegistries(DirectoryInfo storage, TestCertificates certificates) => (_storage, _certificates) = (storage, certificates);

    public required DockerRegistry Source { get; init; }

    public required DockerRegistry Target { get; init; }

    public required DockerRegistry TlsSource { get; init; }

    public required DockerRegistry TlsTarget { get; init; }

    /// <summary>The file of the authority that signed the certificates.</summary>
    public string AuthorityFile => _certificates.AuthorityFile;

    private DockerRegistry[] All => [Source, Target, TlsSource, TlsTarget];

    public static async Task<BenchRegistries> StartAsync(string folder)
    {
        var storage = Directory.CreateDirectory(Path.Combine(folder, $"imagepusher-bench-{Environment.ProcessId}"));
        var certificates = new TestCertificates();
        Task<DockerRegistry> StartOneAsync(string name, TestCertificates? tls) => DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.CreateSubdirectory(name).FullName, Certificates = tls },
            CancellationToken.None);
        return new BenchRegistries(storage, certificates)
        {
            Source = await StartOneAsync("source", null),
            Target = await StartOneAsync("target", null),
            TlsSource = await StartOneAsync("source", certificates),
            TlsTarget = await StartOneAsync("target", certificates),
        };
    }

    /// <summary>Runs something and counts the requests that the registries answered during it.</summary>
    public async Task<Measured> CountAsync(Func<Task<Measured>> run)
    {
        foreach (var registry in All)
        {
            await registry.ForgetRequestsAsync(CancellationToken.None);
        }

        var measured = await run();
        var requests = 0;
        foreach (var registry in All)
        {
            requests += (await registry.RequestsAsync(CancellationToken.None)).Count;
        }

        return measured with { Requests = requests };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var registry in All)
        {
            await registry.DisposeAsync();
        }

        _storage.Delete(recursive: true);
        _certificates.Dispose();
    }
}

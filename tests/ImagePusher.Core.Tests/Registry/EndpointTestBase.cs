using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>What tests of connections to a registry share: certificates, and a server with or without them.</summary>
public abstract class EndpointTestBase : IDisposable
{
    private protected static readonly TestImage Image = TestImage.Of([1]);

    private protected readonly TestCertificates _certificates = new();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificates.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static LoopbackServer Serve(TestCertificates? certificates = null) => LoopbackServer.Start(
        exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType), certificates);

    private protected static async Task ReadAsync(RegistryRepository repository, MemoryBlob blob)
    {
        await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        await stream.CopyToAsync(Stream.Null, Token);
    }
}

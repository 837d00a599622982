using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Tests.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The registry client, from its public methods to the bytes of responses: challenges, tokens, redirects, pages, uploads,
/// errors.</summary>
internal static class FuzzResponses
{
    private static readonly Digest Other = Digest.Of("other"u8);

    private static readonly RequestOptions Options = new() { Credential = new RegistryCredential("user", "s3cret-pass") };

    /// <summary>Everything that reads.</summary>
    public static Task RunAsync(byte[] input) => EachAsync(
        input,
        (_, repository) => repository.ResolveAsync("latest", default),
        (_, repository) => repository.ResolveAsync(Other.ToString(), default),
        (_, repository) => repository.HeadAsync("latest", default),
        (_, repository) => CountAsync(repository.GetTagsAsync(default)),
        (client, _) => CountAsync(client.GetRepositoriesAsync("registry.example", Options, static () => { }, default)),
        (_, repository) => repository.GetReferrersAsync(Other, null, default),
        (_, repository) => repository.GetRateLimitAsync("latest", default),
        (_, repository) => repository.HasBlobAsync(new Descriptor(MediaTypes.OciLayer, Other, 5), default),
        (_, repository) => DownloadAsync(repository),
        (client, _) => client.PingAsync("registry.example", Options, default));

    /// <summary>Everything that writes.</summary>
    public static Task UploadAsync(byte[] input) => EachAsync(
        input,
        (_, repository) => repository.WriteBlobAsync(MemoryBlob.Random(3000), default),
        (_, repository) => repository.WriteBlobAsync(MemoryBlob.Random(3000, isKnown: false), default),
        (_, repository) => repository.TryMountAsync(MemoryBlob.Random(3000).Descriptor, default),
        (_, repository) => repository.PublishAsync(Sample(), ImageReference.Parse("registry.example/team/app:latest"), null, default),
        (_, repository) => repository.DeleteManifestAsync(Other, default),
        (_, repository) => repository.DeleteTagAsync("latest", default));

    private static async Task EachAsync(byte[] input, params Func<RegistryClient, RegistryRepository, Task>[] operations)
    {
        var script = FuzzTargets.Text(input);
        foreach (var operation in operations)
        {
            await using var session = new RegistrySession(
                RegistrySession.Quick with { MaximumRetryCount = 1, ChunkSize = 1024 },
                new InstantTimeProvider(),
                change: options => options with
                {
                    HandlerFactory = _ => new CannedResponses(script),
                    Limits = RegistryLimits.Default with { Pages = 20, EmptyPages = 3 },
                });
            try
            {
                await operation(session.Client, session.Repository("registry.example", credential: Options.Credential));
            }
            catch (ImagePusherException error)
            {
                Assert.DoesNotContain("s3cret-pass", error.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(error.Message, char.IsControl);
                Assert.EndsWith(".", error.RecommendedAction, StringComparison.Ordinal);
            }
        }
    }

    private static async Task CountAsync(IAsyncEnumerable<string> list)
    {
        await foreach (var name in list)
        {
            Assert.DoesNotContain(name, char.IsControl);
        }
    }

    private static async Task DownloadAsync(RegistryRepository repository)
    {
        await using var stream = await repository.OpenBlobAsync(new Descriptor(MediaTypes.OciLayer, Other, 5), 0, default);
        await stream.CopyToAsync(Stream.Null);
    }

    private static ImageManifest Sample() =>
        ImageManifest.Create(MediaTypes.OciManifest, new Descriptor(MediaTypes.OciConfig, Other, 5), []);
}

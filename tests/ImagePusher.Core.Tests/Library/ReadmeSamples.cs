using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Trust;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// The code of the package's README, compiled. Each sample stands between two markers; <see cref="ReadmeTests"/> compares it
/// with the README and runs it on a registry of the test.
/// </summary>
internal static class ReadmeSamples
{
    public static async Task CopyAsync()
    {
        //// sample
        var source = ImageEndpoint.Registry("docker.io/library/alpine:3.22");
        var target = ImageEndpoint.Archive("alpine.tar");
        await ImageTransfer.CopyAsync(source, target);
        //// end
    }

    public static async Task CacheAsync()
    {
        //// sample
        await ImageTransfer.CopyAsync(ImageEndpoint.Registry("ghcr.io/owner/app:1.0"), ImageEndpoint.Cache());
        await ImageTransfer.CopyAsync(ImageEndpoint.Cache("ghcr.io/owner/app:1.0"), ImageEndpoint.Registry("localhost:5000/team/"));
        //// end
    }

    public static async Task CacheCareAsync()
    {
        //// sample
        var cache = ImageCache.Open(ImageCache.DefaultPath);
        foreach (var entry in await cache.ListAsync())
        {
            if (entry.Saved < DateTimeOffset.UtcNow.AddDays(-30))
            {
                await cache.RemoveAsync(entry);
            }
        }

        var report = await cache.CollectGarbageAsync();
        Console.WriteLine($"{report.Bytes} bytes were freed");
        //// end
    }

    public static async Task CopyAllAsync()
    {
        //// sample
        var results = await ImageTransfer.CopyAllAsync(ImageEndpoint.Archive("images.tar"), ImageEndpoint.Registry("localhost:5000/team/"));
        foreach (var result in results)
        {
            Console.WriteLine($"{result.Name} {result.Manifest.Digest} ({result.BytesSent} bytes sent)");
        }
        //// end
    }

    public static async Task FailuresAsync(ImageEndpoint source, ImageEndpoint target)
    {
        //// sample
        try
        {
            await ImageTransfer.CopyAllAsync(source, target);
        }
        catch (CopyFailedException error)
        {
            Console.WriteLine($"{error.Results.Count} images were copied, {error.Failures.Count} were not:");
            foreach (var failure in error.Failures)
            {
                Console.WriteLine(failure.Message);
            }
        }
        //// end
    }

    public static async Task PlanAsync()
    {
        //// sample
        var plan = await ImageTransfer.PlanAsync(ImageEndpoint.Archive("images.tar"), ImageEndpoint.Registry("localhost:5000"));
        Console.WriteLine($"{plan.BytesToSend} bytes to send, {plan.BytesToEncode} bytes to compress");
        //// end
    }

    public static async Task OptionsAsync(
        ImageEndpoint source, ImageEndpoint target, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        //// sample
        var options = new CopyOptions
        {
            Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")],
            Progress = new Progress<TransferProgress>(state => Console.WriteLine($"{state.CompletedBytes} of {state.TotalBytes} bytes")),
            Logger = loggerFactory.CreateLogger("images"),
        };
        await ImageTransfer.CopyAsync(source, target, options, cancellationToken);
        //// end
    }

    public static async Task PolicyAsync(ImageEndpoint source, ImageEndpoint target)
    {
        //// sample
        var options = new CopyOptions
        {
            Policy = SignaturePolicy.Load("policy.json"),
            IncludeReferrers = true,
            Compression = LayerCompression.Zstd,
        };
        await ImageTransfer.CopyAsync(source, target, options);
        //// end
    }

    public static async Task ClientAsync(ImageEndpoint source, string password)
    {
        //// sample
        await using var client = new RegistryClient();
        client.SetCredential("registry.example.com", new RegistryCredential("user", password));
        await ImageTransfer.CopyAsync(source, ImageEndpoint.Registry("registry.example.com/team/", client));
        //// end
    }
}

//// sample
internal sealed class VaultCredentials(Func<string, CancellationToken, Task<string>> readSecret) : ICredentialProvider
{
    public async ValueTask<RegistryCredential?> GetCredentialAsync(
        string registry, string repository, RegistryCredential? rejected, CancellationToken cancellationToken) =>
        new RegistryCredential("robot", await readSecret(registry, cancellationToken));
}
//// end

/// <summary>Samples that follow those of a class of the caller.</summary>
internal static class RegistrySamples
{
    public static async Task ListAsync(RegistryClient client)
    {
        //// sample
        var repository = client.GetRepository("ghcr.io", "owner/app");
        await foreach (var tag in repository.GetTagsAsync())
        {
            Console.WriteLine($"{tag} {(await repository.DescribeAsync(tag)).Digest}");
        }

        Console.WriteLine(await repository.ResolveAsync("1.0") switch
        {
            ImageIndex index => $"{index.Manifests.Count} platforms",
            ImageManifest image => $"{image.Layers.Count} layers",
            var other => other.MediaType,
        });
        //// end
    }
}

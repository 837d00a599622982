using System.Text.RegularExpressions;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>Asserts about a registry that received a fleet of images, as skopeo sees it.</summary>
internal static partial class FleetChecks
{
    /// <summary>Every image is there with its digest; skopeo reads some of them whole and checks every byte of them.</summary>
    public static async Task HasAllAsync(string registry, ImageSet fleet, int readWhole, CancellationToken cancellationToken)
    {
        using var client = Http.NewClient();
        foreach (var (image, digest) in fleet.Images)
        {
            var (repository, tag) = (image.Split(':')[0], image.Split(':')[1]);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{registry}/v2/{repository}/manifests/{tag}"));
            request.Headers.TryAddWithoutValidation("Accept",
                "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json");
            using var answer = await client.SendAsync(request, cancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{image}: {answer.StatusCode}");
            Assert.Equal(digest, Http.DigestOf(await answer.Content.ReadAsByteArrayAsync(cancellationToken)));
        }

        using var folder = new TemporaryFolder();
        var step = Math.Max(1, fleet.Images.Count / readWhole);
        foreach (var image in fleet.Images.Keys.Where((_, position) => position % step == step - 1))
        {
            await ExternalTools.RunAsync(
                "skopeo", ["--insecure-policy", "copy", "-q", "--all", "--src-tls-verify=false", $"docker://{registry}/{image}",
                    $"dir:{folder.Folder("read")}"], cancellationToken);
        }
    }

    /// <summary>How often the registry behind a proxy took each blob in, by digest: ends of uploads, without mounts.</summary>
    public static IReadOnlyDictionary<string, int> TakenIn(FaultProxy recorder) => recorder.RequestsOf("PUT", "/blobs/uploads/")
        .Where(request => request.Status == 201)
        .CountBy(request => Uri.UnescapeDataString(DigestParameter().Match(request.Query).Groups[1].Value))
        .ToDictionary();

    [GeneratedRegex("(?:^|&)digest=([^&]+)")]
    private static partial Regex DigestParameter();
}

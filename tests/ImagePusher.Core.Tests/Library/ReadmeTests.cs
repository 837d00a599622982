using System.Text.Json;
using System.Text.RegularExpressions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Every sample of the packages' readmes and of the library guide compiles against the public API, and runs.</summary>
public sealed partial class ReadmeTests : LibraryTest
{
    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    [Fact]
    public async Task The_samples_of_the_readme_of_the_library_run()
    {
        var lines = await RunAsync("src/ImagePusher.Core/README.md", 13);

        Assert.True(File.Exists(Folder["alpine.tar"]));
        Assert.All(
            [
                @"^0 bytes were freed$", @"^\S+/team/app:1\.0 sha256:[0-9a-f]{64} \(\d+ bytes sent\)$",
                @"^\d+ bytes to send, \d+ bytes to compress$",
                @"^GET http://\S+/v2/ 200$", @"^1\.0 sha256:[0-9a-f]{64}$", @"^2 platforms$", @"^built for arm64$",
            ],
            pattern => Assert.Contains(lines, line => Regex.IsMatch(line, pattern)));
    }

    [Fact]
    public async Task The_samples_of_the_readme_of_the_local_registry_run()
    {
        var lines = await RunAsync("src/ImagePusher.LocalRegistry/README.md", 1);
        Assert.Matches(@"^localhost:\d+$", Assert.Single(lines));
    }

    [Fact]
    public async Task The_samples_of_the_library_guide_run()
    {
        var lines = await RunAsync("docs/library/README.md", 2);
        Assert.Matches(@"^localhost:\d+$", Assert.Single(lines));
        Assert.True(File.Exists(Folder["alpine.tar"]));
    }

    private async Task<IReadOnlyList<string>> RunAsync(string page, int count)
    {
        var index = await PublishAsync();
        var samples = SampleCode.Compile(File.ReadAllText(Path.Combine(Root, page)), WithPlacesOfTest);
        await using var client = new RegistryClient();
        samples.Set("client", client);
        samples.Set("repository", client.GetRepository(Registry, "owner/single"));
        samples.Set("loggerFactory", new RecordingLoggerFactory());
        samples.Set("cancellationToken", Token);
        samples.Set("source", ImageEndpoint.Registry(index));
        for (var position = 0; position < samples.Count; position++)
        {
            samples.Set("target", ImageEndpoint.Registry($"{Registry}/copy{position}/"));
            await samples.RunAsync(position).WaitAsync(Token);
        }

        Assert.Equal(count, samples.Count);
        return samples.Lines;
    }

    // The images that the samples name: an index under most names, and a manifest for the sample that reads a config.
    private async Task<string> PublishAsync()
    {
        File.WriteAllText(Folder["policy.json"], """{ "default": [{ "type": "insecureAcceptAnything" }] }""");
        await ImageTransfer.CopyAsync(
            ImageEndpoint.Archive(DockerArchive("images.tar", "app:1.0")), ImageEndpoint.Registry($"{Registry}/owner/single:1.0"),
            null, Token);
        var index = ImageEndpoint.Archive(Folder.Write("index.tar", IndexTar("amd64", "arm64")));
        foreach (var name in new[] { "library/alpine:3.22", "owner/app:1.0" })
        {
            await ImageTransfer.CopyAsync(index, ImageEndpoint.Registry($"{Registry}/{name}"), null, Token);
        }

        return $"{Registry}/owner/app:1.0";
    }

    private static byte[] IndexTar(params string[] architectures)
    {
        var images = architectures.Select((_, position) => new SampleImage(SampleImage.Bytes(position, 2_000))).ToList();
        var entries = images.Select((image, position) =>
        {
            var entry = SampleImage.Descriptor(image.Manifest(), MediaTypes.OciManifest);
            entry["platform"] = new { os = "linux", architecture = architectures[position] };
            return entry;
        });
        var index = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.OciIndex, manifests = entries });
        return new TestTar().Files(images.SelectMany(image => image.Blobs).Append(($"blobs/sha256/{SampleImage.Hex(index)}", index)))
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .Json("index.json", SampleImage.Index(SampleImage.Descriptor(index, MediaTypes.OciIndex)))
            .ToArray();
    }

    private string WithPlacesOfTest(string code)
    {
        var cache = Literal(Folder["cache"]);
        code = Host().Replace(code, Registry).Replace("Port = 5000", "Port = 0", StringComparison.Ordinal)
            .Replace("\"/srv/images\"", Literal(Folder["served"]), StringComparison.Ordinal)
            .Replace("ImageCache.DefaultPath", cache, StringComparison.Ordinal)
            .Replace("ImageEndpoint.Cache()", $"ImageEndpoint.Cache(path: {cache})", StringComparison.Ordinal);
        code = NamedCache().Replace(code, match => $"ImageEndpoint.Cache({match.Groups[1].Value}, {cache})");
        return FileName().Replace(code, match => Literal(Folder[match.Groups[1].Value]));
    }

    private static string Literal(string text) => $"@\"{text}\"";

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);

    [GeneratedRegex(@"docker\.io(?=/)|ghcr\.io|registry\.example\.com|localhost:5000")]
    private static partial Regex Host();

    [GeneratedRegex(@"ImageEndpoint\.Cache\((""[^""]+"")\)")]
    private static partial Regex NamedCache();

    [GeneratedRegex(@"""([a-z]+\.(?:tar|json))""")]
    private static partial Regex FileName();

    private sealed class RecordingLoggerFactory : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => new RecordingLogger();

        public void Dispose()
        {
        }
    }
}

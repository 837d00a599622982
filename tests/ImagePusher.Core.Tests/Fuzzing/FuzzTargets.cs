using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Listing;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The readers of single documents, headers and names.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        FuzzTarget.Of("manifest", FuzzKind.Json, ReadManifest, typeof(FormatException)),
        FuzzTarget.Of("config", FuzzKind.Json, input => _ = ImageConfig.Parse(input), typeof(FormatException)),
        FuzzTarget.Of("index", FuzzKind.Json, ReadIndex, typeof(FormatException), typeof(JsonException)),
        FuzzTarget.Of("marker", FuzzKind.Json, input => _ = LayoutMarker.FindProblem(input)),
        FuzzTarget.Of("docker-manifest", FuzzKind.Json, input => _ = DockerManifestEntry.Parse(input), typeof(FormatException)),
        FuzzTarget.Of("docker-config", FuzzKind.Json, input => _ = DockerConfig.Parse(input), typeof(JsonException)),
        FuzzTarget.Of("token", FuzzKind.Json, input => _ = TokenResponse.Parse(input), typeof(FormatException)),
        FuzzTarget.Of("error", FuzzKind.Json, ReadError),
        FuzzTarget.Of("challenge", FuzzKind.Text, input => _ = ChallengeParser.Parse(Text(input).Split('\n'))),
        FuzzTarget.Of("link", FuzzKind.Text, input => _ = LinkHeader.TryReadNext(Text(input).Split('\n'), out _)),
        FuzzTarget.Of("url", FuzzKind.Text, ReadUrl, typeof(FormatException)),
        FuzzTarget.Of("reference", FuzzKind.Text, ReadName),
        FuzzTarget.Of("address", FuzzKind.Text,
            input => _ = System.Net.IPAddress.TryParse(Text(input), out var address) && NetworkAddress.IsPrivate(address)),
        FuzzTarget.Of("sync-file", FuzzKind.Lines, FuzzFiles.ReadSync),
        FuzzTarget.Of("kubernetes", FuzzKind.Lines, FuzzFiles.Scan("deploy.yaml")),
        FuzzTarget.Of("compose", FuzzKind.Lines, FuzzFiles.Scan("compose.yaml")),
        FuzzTarget.Of("pipeline", FuzzKind.Lines, FuzzFiles.Scan("azure-pipelines.yml")),
        FuzzTarget.Of("dockerfile", FuzzKind.Lines, FuzzFiles.Scan("Dockerfile")),
        FuzzTarget.Of("image-list", FuzzKind.Lines, FuzzFiles.Scan("images.txt")),
        FuzzTarget.Of("environment-file", FuzzKind.Lines, FuzzFiles.ReadEnvironment),
        FuzzTarget.Of("image-config", FuzzKind.Json, FuzzInspection.ReadConfig, typeof(FormatException)),
        FuzzTarget.Of("document", FuzzKind.Json, FuzzInspection.ReadDocument, typeof(JsonException)),
        new("layer", FuzzKind.Tar, FuzzInspection.ReadLayerAsync),
        FuzzTarget.Of("carried", FuzzKind.Json, FuzzTransferFiles.ReadLists, typeof(JsonException), typeof(FormatException)),
        FuzzTarget.Of("checksums", FuzzKind.Text, FuzzTransferFiles.ReadChecksums),
        FuzzTarget.Of("state", FuzzKind.Json, FuzzTransferFiles.ReadState),
        new("engine", FuzzKind.Json, FuzzTransferFiles.ReadEngineAsync),
        FuzzTarget.Of("chart", FuzzKind.Lines, FuzzFiles.Scan("Chart.yaml")),
        new("response", FuzzKind.Text, FuzzResponses.RunAsync),
        new("token-exchange", FuzzKind.Text, FuzzResponses.RunAsync),
        new("upload", FuzzKind.Text, FuzzResponses.UploadAsync),
        new("archive", FuzzKind.Tar, FuzzFolders.OpenArchiveAsync),
        new("layout", FuzzKind.Json, FuzzFolders.OpenLayoutAsync),
        new("request", FuzzKind.Text, FuzzRequests.SendAsync),
        .. FuzzTrust.All,
    ];

    /// <summary>The text as a header or a command line has it.</summary>
    public static string Text(byte[] input)
    {
        var text = System.Text.Unicode.Utf8.IsValid(input) ? Encoding.UTF8.GetString(input) : Encoding.Latin1.GetString(input);

        // Half of a surrogate pair, which PowerShell can pass.
        return text.Replace('\uffff', '\ud800');
    }

    private static void ReadManifest(byte[] input)
    {
        foreach (var type in new[] { null, MediaTypes.OciManifest, MediaTypes.OciIndex })
        {
            foreach (var hash in new[] { HashAlgorithmName.SHA256, HashAlgorithmName.SHA512 })
            {
                Rewrite(Manifest.Parse(input, type, hash));
            }
        }
    }

    // Every input that can be read can also be rewritten, and the result can be read again.
    private static void Rewrite(Manifest manifest)
    {
        if (manifest is ImageIndex index)
        {
            var half = index.With([.. index.Manifests.Select((entry, position) => position % 2 == 0 ? entry : null)]);
            Assert.Equal((index.Manifests.Count + 1) / 2, half.Manifests.Count);
        }
        else if (manifest is ImageManifest image)
        {
            var config = image.Config with { Digest = Digest.Of("x"u8), Size = 1 };
            Assert.Equal(config, image.With(MediaTypes.DockerManifest, config, image.Layers).Config);
            Assert.Equal(image.Layers, image.With(MediaTypes.OciManifest, config, image.Layers).Layers);
        }
    }

    private static void ReadIndex(byte[] input)
    {
        var index = LayoutIndex.Parse(input);
        var next = index.With([.. index.Slots.Skip(1)], [.. index.Descriptors.Take(1)]);
        Assert.Equal(next.Slots.Count, LayoutIndex.Parse(next.Raw.ToArray()).Slots.Count);
    }

    private static void ReadError(byte[] input)
    {
        foreach (var type in new[] { null, "application/json", "text/html" })
        {
            var message = ErrorBody.Parse(Encoding.UTF8.GetString(input), type).Message;
            Assert.True(message is null || (message.Length <= 1000 && !message.Any(char.IsControl)));
        }
    }

    private static void ReadUrl(byte[] input)
    {
        foreach (var root in new[] { "https://registry.example/v2/a/b", "http://[::1]:5000/v2/" })
        {
            var url = UrlText.Resolve(root, Text(input));
            Assert.DoesNotContain(url, character => character is < '!' or > '~');
            _ = UrlText.ToUri(UrlText.AddQuery(url, "digest", "sha256:0")).PathAndQuery;
            _ = UrlText.Origin(url);
        }
    }

    private static void ReadName(byte[] input)
    {
        var text = Text(input);
        if (ImageReference.TryParse(text, out var reference))
        {
            Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
        }

        Try(() => ImageReference.Parse(text));
        Try(() => DestinationRule.Parse(text).ToString());
        Try(() => Assert.Equal(Platform.Parse(text), Platform.Parse(Platform.Parse(text).ToString())));
        Try(() => Digest.Parse(text));
        Try(() => VersionRange.Parse(text));
        Try(() => Shard.Parse(text));
        _ = TagVersion.TryParse(text, out _);
        _ = TerminalText.Quote(text);
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (ImagePusherException error)
        {
            Assert.DoesNotContain(error.Message, char.IsControl);
        }
    }
}

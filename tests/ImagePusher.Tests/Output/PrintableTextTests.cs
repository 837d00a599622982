using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Output;

/// <summary>Control characters of archives and layouts are escapes in every property and message, and the names still bind.</summary>
public sealed class PrintableTextTests : IDisposable
{
    private const string Escaped = @"\u001B[31mred";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_and_platforms_of_a_layout_are_printable_and_bind()
    {
        using var engine = new Engine();
        WriteLayout("\u001b[31mred");
        engine["layout"] = _folder["layout"];
        var image = await engine.SingleAsync("Get-CachedImage -CachePath $layout", Token);
        Assert.Equal(Escaped, (string)image.Reference);
        Assert.Equal([@"linux\u0007/amd64\u009B"], (IEnumerable<string>)image.Platform);
        var outcome = await engine.RunAsync(
            """
            Get-CachedImage -CachePath $layout | Test-CachedImage
            Get-CachedImage -CachePath $layout | Push-CachedImage -Destination localhost:1 -Verbose
            Get-CachedImage -CachePath $layout | Remove-CachedImage -WhatIf
            Get-ImageTar $layout
            """, Token);
        var texts = outcome.Output.SelectMany(Texts)
            .Concat(outcome.AllErrors.SelectMany(
                error => new[] { error.Exception.Message, error.ErrorDetails.Message, error.ErrorDetails.RecommendedAction }))
            .Concat(outcome.Warnings).Concat(outcome.Verbose)
                .Append(outcome.Text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)).ToList();
        Assert.Contains(texts, text => text.Contains(Escaped, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotContain(text, char.IsControl));
    }

    [Fact]
    public async Task Lists_print_as_text_and_objects_begin_with_their_reference()
    {
        using var engine = new Engine();
        WriteLayout("example.com/app:1");
        engine["layout"] = _folder["layout"];
        foreach (var script in new[] { "Get-CachedImage -CachePath $layout", "Test-CachedImage * -CachePath $layout",
            "Get-ImageTar $layout", "Push-CachedImage * -CachePath $layout -Destination localhost:1 -PlanOnly -MaximumRetryCount 0" })
        {
            var outcome = await engine.RunAsync(script, Token);
            foreach (var item in outcome.Output)
            {
                Assert.Equal("Reference", item.Properties.First().Name);
                Assert.DoesNotContain(item.Properties,
                    property => (property.Value?.ToString() ?? "").StartsWith("System.", StringComparison.Ordinal));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Texts(PSObject item) =>
        item.Properties.Select(property => property.Value?.ToString() ?? "").Append(item.ToString());

    private void WriteLayout(string name)
    {
        var blobs = _folder.Folder(Path.Combine("layout", "blobs", "sha256"));
        File.WriteAllText(_folder[Path.Combine("layout", "oci-layout")], """{"imageLayoutVersion":"1.0.0"}""");
        var config = Add(blobs, """{"architecture":"amd64\u009b","os":"linux\u0007","rootfs":{"type":"layers","diff_ids":[]}}""");
        var manifest = Add(blobs,
            $$$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",{{{config}}}},"layers":[]}""");
        var text = System.Text.Json.JsonSerializer.Serialize(name);
        File.WriteAllText(
            _folder[Path.Combine("layout", "index.json")],
            $$$"""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",{{{manifest}}},
                "annotations":{"org.opencontainers.image.ref.name":{{{text}}}}}]}
                """);
    }

    private static string Add(string folder, string content)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        var digest = Http.DigestOf(bytes);
        File.WriteAllBytes(Path.Combine(folder, digest["sha256:".Length..]), bytes);
        return $"\"digest\":\"{digest}\",\"size\":{bytes.Length}";
    }
}

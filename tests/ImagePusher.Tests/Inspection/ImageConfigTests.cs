using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Inspection;

/// <summary>Get-ImageConfig returns the config of each source, with the same values as skopeo.</summary>
public sealed class ImageConfigTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The fixtures, and the same in skopeo's words.</summary>
    public static TheoryData<string, string> Fixtures => new()
    {
        { "oci", "oci:$:app" },
        { "oci-archive.tar", "oci-archive:$" },
        { "docker-archive.tar", "docker-archive:$" },
        { "docker-archive.tar.gz", "docker-archive:$" },
        { "docker-archive.tar.zst", "docker-archive:$" },
        { "docker-multi.tar", "docker-archive:$:example.com/team/tool:2.0" },
        { "docker25.tar", "docker-archive:$" },
        { "docker25-sparse.tar", "docker-archive:$" },
        { "zstd-layers", "oci:$:app" },
        { "index", "oci:$:multi" },
    };

    [Theory, MemberData(nameof(Fixtures))]
    public async Task The_config_of_every_archive_is_the_same_as_in_skopeo(string fixture, string skopeo)
    {
        var path = (await ImagesFixture.GetAsync(Token))[fixture];

        // The skopeo of Debian 12 does not read a docker archive that is compressed by gzip.
        var source = skopeo.Replace("$", path, StringComparison.Ordinal).Replace(".tar.gz", ".tar", StringComparison.Ordinal);
        var expected = (await ExternalTools.RunAsync("skopeo",
            ["--override-os", "linux", "--override-arch", "amd64", "inspect", "--config", "--raw", source], Token)).Output;
        using var engine = new Engine { ["path"] = path };
        var image = fixture switch { "docker-multi.tar" => "-Image '*tool*'", "oci" => "-Image '*:app'", _ => "" };
        Assert.Equal(expected, (string)await engine.SingleAsync($"Get-ImageConfig -Path $path {image} -Raw", Token));
        Compare(JsonDocument.Parse(expected).RootElement, await engine.SingleAsync($"Get-ImageConfig -LiteralPath $path {image}", Token));
    }

    [Fact]
    public async Task A_string_of_the_pipeline_is_read_from_the_registry_and_a_cached_image_from_the_cache()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"]), ["registry"] = registry.Address };
        var pushed = await engine.SingleAsync("Push-ImageTar $layout -Destination $registry/team/app:1", Token);
        engine["name"] = $"{registry.Address}/team/app:1";
        var inspected = await ExternalTools.RunAsync("skopeo",
            ["inspect", "--config", "--tls-verify=false", $"docker://{registry.Address}/team/app:1"], Token);
        var config = await engine.SingleAsync("$name | Get-ImageConfig", Token);
        Compare(JsonDocument.Parse(inspected.Output).RootElement, config);
        Assert.Equal((pushed.Digest, (object)engine["name"]!), (config.Digest, config.Reference));

        // The cache has the image under its name, which no registry has.
        var cached = await engine.SingleAsync("Import-ImageTar $layout | Get-ImageConfig", Token);
        Assert.Equal("example.com/configured:1", (string)cached.Reference);
        Compare(JsonDocument.Parse(ConfiguredImage.ConfigText).RootElement, cached);
        Assert.Equal(2, (await engine.OutputAsync("Get-ImageTar $layout | Get-ImageConfig; Get-Item $layout | Get-ImageConfig",
            Token)).Count);
        var named = await engine.SingleAsync(
            "Get-ImageConfig configured:1 -CachePath (Get-ImageCache).CachePath -ErrorAction SilentlyContinue; "
                + "Get-ImageConfig *configured* -CachePath (Get-ImageCache).CachePath", Token);
        Assert.Equal(cached.ConfigDigest, named.ConfigDigest);
    }

    [Fact]
    public async Task Every_field_of_a_config_is_read_in_order_with_its_layer()
    {
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"]) };
        var config = await engine.SingleAsync("Get-ImageConfig -Path $layout", Token);
        Assert.Equal("linux/arm64/v8", (string)config.Platform);
        Assert.Equal(DateTimeOffset.Parse("2026-02-03T04:05:06.1234568Z", System.Globalization.CultureInfo.InvariantCulture),
            (DateTimeOffset)config.Created);
        var environment = (IDictionary)config.Environment;
        Assert.Equal(["PATH", "path", "EMPTY", "NONE", "A"], environment.Keys.Cast<string>());
        Assert.Equal(["/usr/bin:/bin", "lower", "", "", "b=c"], environment.Values.Cast<string>());
        Assert.Equal(["z", "a"], ((IDictionary)config.Labels).Keys.Cast<string>());
        Assert.Equal(@"\u001B[31mred", ((IDictionary)config.Labels)["a"]);
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.25), 3L),
            ((TimeSpan)config.HealthCheck.Interval, (TimeSpan)config.HealthCheck.Timeout, (TimeSpan)config.HealthCheck.StartPeriod, (
                TimeSpan)config.HealthCheck.StartInterval, (long)config.HealthCheck.Retries));
        Assert.Equal((Http.DigestOf(ConfiguredImage.Layer), (long)ConfiguredImage.Layer.Length),
            ((string)config.History[0].LayerDigest, (long)config.History[0].LayerSize));
        Assert.Equal((true, (string?)null), ((bool)config.History[1].IsEmptyLayer, (string?)config.History[1].LayerDigest));
    }

    [Fact]
    public async Task A_history_with_another_number_of_layers_has_no_layers_and_unusual_types_are_omitted()
    {
        const string Odd = """
            {"os":"linux","architecture":"amd64","config":{"Env":"x","Cmd":{"a":1},"Labels":["l"],"User":7,"Healthcheck":[]},
            "history":[{"created_by":"a"},7,{"created_by":"b","created":"never"}],"rootfs":{"type":"layers"}}
            """;
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], Odd) };
        var config = await engine.SingleAsync("Get-ImageConfig -Path $layout", Token);
        Assert.Equal([null, null, null],
            ((IEnumerable)config.History).Cast<object>().Select(step => PSObject.AsPSObject(step).Properties["LayerDigest"].Value));
        Assert.Equal((0, 0, null, null),
            (((IDictionary)config.Environment).Count, ((IDictionary)config.Labels).Count, (string?)config.User, (
                object?)config.HealthCheck));
    }

    [Fact]
    public async Task All_platforms_of_an_index_are_read_and_an_artifact_is_a_separate_error()
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var engine = new Engine { ["index"] = images["index"], ["artifact"] = images["artifact"],
            ["sparse"] = images["docker25-sparse.tar"] };
        var platforms = await engine.OutputAsync("Get-ImageConfig -Path $index -AllPlatforms", Token);
        Assert.Equal(2, platforms.Select(config => config.Properties["Digest"].Value).Distinct().Count());
        var failed = await engine.RunAsync("Get-ImageConfig -Path $artifact, $index; Get-ImageConfig -Path $index -Platform linux/s390x",
            Token);
        Assert.Equal(["UnsupportedContent", "UnsupportedContent", "PlatformNotFound"],
            failed.AllErrors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Single(failed.Output);

        // The sparse archive names a platform that it lacks.
        Assert.Equal("linux/amd64",
            (string)(await engine.SingleAsync("Get-ImageConfig -Path $sparse -AllPlatforms -WarningAction SilentlyContinue",
                Token)).Platform);
    }

    public void Dispose() => _folder.Dispose();

    private static void Compare(JsonElement expected, dynamic config)
    {
        var run = expected.TryGetProperty("config", out var found) ? found : default;
        Assert.Equal(Text(expected, "os") + "/" + Text(expected, "architecture"),
            string.Join('/', ((string)config.Platform).Split('/')[..2]));
        Assert.Equal(Texts(run, "Cmd"), ((IEnumerable)config.Command).Cast<string>());
        Assert.Equal(Texts(run, "Entrypoint"), ((IEnumerable)config.Entrypoint).Cast<string>());
        Assert.Equal((Text(run, "User"), Text(run, "WorkingDir"), Text(run, "StopSignal"), Text(expected, "author")),
            ((string?)config.User, (string?)config.WorkingDirectory, (string?)config.StopSignal, (string?)config.Author));
        Assert.Equal(Texts(run, "Env"),
            ((IDictionary)config.Environment).Cast<DictionaryEntry>()
                .Select(pair => (string)pair.Key == "NONE" ? "NONE" : $"{pair.Key}={pair.Value}"));
        var history = expected.TryGetProperty("history", out var steps) ? steps.EnumerateArray().Select(step => Text(step, "created_by"))
            : [];
        Assert.Equal(history, ((IEnumerable)config.History).Cast<object>()
            .Select(step => (string?)PSObject.AsPSObject(step).Properties["CreatedBy"].Value));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.GetString() is { Length: > 0 } text ? text : null;

    private static string?[] Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => item.GetString())] : [];
}

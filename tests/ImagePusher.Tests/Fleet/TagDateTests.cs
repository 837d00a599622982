using System.Globalization;
using System.Text;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Fleet;

/// <summary>Get-RegistryTag -WithDate and -OlderThan: an image's date is that of an annotation, else that of its config.</summary>
public sealed class TagDateTests : IAsyncDisposable
{
    private const string Config = "2001-02-03T04:05:06Z";
    private const string Annotation = "2010-11-12T13:14:15Z";

    private readonly FakeRegistry _registry = FakeRegistry.Start(RegistryProfile.Conformant);
    private readonly Engine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(Config, null, null, Config)]
    [InlineData(Config, Annotation, null, Annotation)]
    [InlineData(null, Annotation, null, Annotation)]
    [InlineData(Config, null, Annotation, Annotation)]
    [InlineData(Config, Annotation, "", Annotation)]
    [InlineData(Config, null, "", Config)]
    [InlineData(Config, "soon", null, Config)]
    [InlineData("yesterday", null, null, null)]
    [InlineData(null, null, null, null)]
    [InlineData(null, null, "", null)]
    public async Task The_date_comes_from_the_annotation_of_index_or_manifest_or_from_the_config(
        string? config, string? annotation, string? index, string? expected)
    {
        Add("1", config, annotation, index);
        dynamic tag = await _engine.SingleAsync("Get-RegistryTag $app -WithDate", Token);
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), (DateTimeOffset?)tag.Created);
        Assert.Equal(_registry.Tags["app:1"], (string)tag.Digest);
    }

    [Theory]
    [InlineData("30d", "old older")]
    [InlineData("60d", "older")]
    [InlineData("'90.00:00:00'", "older")]
    [InlineData("(New-TimeSpan -Hours 1)", "day old older")]
    [InlineData("100d", "")]
    [InlineData("0s -Include o*", "old older")]
    public async Task OlderThan_selects_older_images_and_never_images_without_a_date(string age, string expected)
    {
        foreach (var (tag, days) in new[] { ("older", 95), ("old", 45), ("day", 1) })
        {
            Add(tag, DateTimeOffset.UtcNow.AddDays(-days).ToString("O", CultureInfo.InvariantCulture), null, null);
        }

        Add("now", DateTimeOffset.UtcNow.AddMinutes(5).ToString("O", CultureInfo.InvariantCulture), null, null);
        Add("none", null, null, null);
        var tags = await _engine.OutputAsync($"Get-RegistryTag $app -OlderThan {age}", Token);
        Assert.Equal(expected, string.Join(' ', tags.Select(tag => (string)((dynamic)tag).Tag).Order(StringComparer.Ordinal)));
        Assert.All(tags, tag => Assert.NotNull(((dynamic)tag).Created));
    }

    // With an index, the image is a part of it; an empty text is an index without annotation.
    private void Add(string tag, string? config, string? annotation, string? index)
    {
        _engine["app"] = $"{_registry.Address}/app";
        var plain = TestImage.Of(Http.RandomBytes(20, tag.Length));
        var created = config is null ? plain.Config : [.. plain.Config[..^1], .. Encoding.UTF8.GetBytes($",\"created\":\"{config}\"}}")];
        var manifest = Encoding.UTF8.GetString(plain.Manifest)
            .Replace(Http.DigestOf(plain.Config), Http.DigestOf(created), StringComparison.Ordinal)
            .Replace($"\"size\":{plain.Config.Length}}},\"layers", $"\"size\":{created.Length}}},\"layers", StringComparison.Ordinal);
        var image = new TestImage(created, Annotated(manifest, annotation), plain.Layers);
        _registry.Add("app", image, index is null ? tag : null);
        if (index is not null)
        {
            _registry.Add("app", Annotated(Encoding.UTF8.GetString(TestImage.IndexOf(image, image)), index), tag);
        }
    }

    private static byte[] Annotated(string manifest, string? date) => Encoding.UTF8.GetBytes(string.IsNullOrEmpty(date) ? manifest
        : $"{manifest[..^1]},\"annotations\":{{\"org.opencontainers.image.created\":\"{date}\"}}}}");
}

using System.Net;
using System.Text.RegularExpressions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Docs;

/// <summary>Facts that pages state: the statuses that are retried, the errors of a cache, and the ids of errors.</summary>
public sealed partial class StatedFactTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_page_about_registries_lists_the_statuses_that_are_retried()
    {
        var stated = Read("operate/registries.md").Split("jitter: ")[1].Split(", and lost")[0];
        var statuses = Range().Matches(stated).SelectMany(match => Enumerable.Range(
            int.Parse(match.Groups[1].Value, null),
            match.Groups[2].Success ? int.Parse(match.Groups[2].Value, null) - int.Parse(match.Groups[1].Value, null) + 1 : 1));
        Assert.Equal(Enumerable.Range(100, 500).Where(status => RegistryFailure.IsTransient((HttpStatusCode)status)), statuses.Order());
    }

    [Theory]
    [InlineData("the folder has other content")]
    [InlineData("index.json is truncated, not JSON, or larger than 256 MiB")]
    [InlineData("index.json is missing, blobs exist")]
    public async Task The_page_about_the_cache_names_the_error(string situation)
    {
        var row = Assert.Single(Read("operate/cache.md").Split('\n'), line => IsAbout(line, situation));
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"]);
        var index = Path.Combine(cache.Path, "index.json");
        if (situation.StartsWith("the folder", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(cache.Path);
            await File.WriteAllTextAsync(Path.Combine(cache.Path, "thesis.docx"), "text", Token);
        }
        else
        {
            await Tests.Cache.MemoryImage.Random(1, 10).SaveAsync(cache, "app", cancellationToken: Token);
            File.Delete(index);
            if (situation.Contains("truncated", StringComparison.Ordinal))
            {
                await File.WriteAllTextAsync(index, """{"schemaVersion":2,"man""", Token);
            }
        }

        var error = await Assert.ThrowsAnyAsync<ImagePusherException>(
            () => Tests.Cache.MemoryImage.Random(2, 10).SaveAsync(ImageCache.Open(cache.Path), "other", cancellationToken: Token));
        Assert.StartsWith(error.GetType().Name[..^"Exception".Length], row.Split(" | ")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_that_the_guides_name_exists()
    {
        var ids = typeof(ImagePusherException).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ImagePusherException)))
            .Select(type => type.Name[..^"Exception".Length]).ToHashSet();
        var columns =
            from folder in new[] { "guide", "operate" }
            from page in Directory.EnumerateFiles(Path.Combine(DocsFolder.Path, folder), "*.md")
            from name in NamedError().Matches(File.ReadAllText(page))
            where name.Groups[1].Value != "ImagePusher"
            select (Page: Path.GetFileName(page), Id: name.Groups[1].Value);
        var named = columns.ToList();
        Assert.True(named.Count > 15);
        Assert.DoesNotContain(named, name => !ids.Contains(name.Id));
    }

    private static bool IsAbout(string row, string situation) => row.StartsWith($"| {situation} |", StringComparison.Ordinal);

    private static string Read(string page) => File.ReadAllText(Path.Combine(DocsFolder.Path, page));

    [GeneratedRegex(@"(\d{3})(?: to (\d{3}))?")]
    private static partial Regex Range();

    // 'the error is X', 'fails with X', 'ends with X', '(X)' and a cell of a table that is X.
    [GeneratedRegex(@"(?:\berror is|\bis the error|\b(?:fails|ends) with|\||\bis) (\b(?:Registry|Cache|Image|Invalid|Access|Digest|"
        + @"Manifest|Platform|Destination|Insufficient|Incomplete|Limit|Policy|Path|Signature|Unsupported|Not|Engine)[A-Z][A-Za-z]+)\b"
        + @"(?= \||[.;,]| after| and| for)")]
    private static partial Regex NamedError();
}

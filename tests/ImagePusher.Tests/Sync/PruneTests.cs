using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>Sync-RegistryImage -Prune: the tags removed from a mirror, and all reasons to keep a tag.</summary>
public sealed class PruneTests
{
    private const string Prune = "Sync-RegistryImage $file $to -Prune -Confirm:$false";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("images-by-tag-regex: {app: '^1[.]'}", "1.0 1.2-own", "2.0 own")]
    [InlineData("images-by-semver: {app: ^1.2}", "1.0 2.0", "own 1.2-own")]
    [InlineData("images: {app: []}", "1.0 1.2-own 2.0 own", "")]
    [InlineData("images: {app: ['1.2']}", "", "1.0 1.2-own 2.0 own")]
    public async Task Tags_that_the_rule_covers_and_no_longer_selects_are_removed(string rule, string removed, string kept)
    {
        await using var mirror = await MirrorAsync(["app:1.2", "app:1.3"], ["app:1.0", "app:2.0", "app:own", "app:1.2-own"]);
        using var engine = mirror.Engine($"SOURCE: {{{rule}}}");
        var results = await engine.OutputAsync(Prune, Token);
        Assert.Equal(Words(removed), Tags(results, "Removed"));
        Assert.Equal(Words(kept).Order(StringComparer.Ordinal),
            Tags(results, "Skipped").Where(tag => !Words(removed).Contains(tag)).Order(StringComparer.Ordinal));
        Assert.Equal(Words(kept).Order(StringComparer.Ordinal), (await mirror.TagsAsync("app")).Except(["1.2", "1.3"]));

        // A second run finds nothing to do.
        Assert.Empty(Tags(await engine.OutputAsync(Prune, Token), "Removed"));
    }

    [Fact]
    public async Task PruneUnknown_removes_the_others_too()
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:1.0", "app:own"]);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        var results = await engine.OutputAsync($"{Prune} -PruneUnknown", Token);
        Assert.Equal(["1.0", "own"], Tags(results, "Removed"));
        Assert.Equal(["1.2"], await mirror.TagsAsync("app"));
    }

    [Fact]
    public async Task WhatIf_lists_tag_digest_age_and_reason_and_PlanOnly_returns_them()
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:1.0", "app:own"]);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        var text = await engine.RunAsync("Sync-RegistryImage $file $to -Prune -WhatIf", Token);
        Assert.Matches(@"Remove localhost:\d+/app:1\.0 \(sha256:[0-9a-f]{64}, of unknown age\): the file no longer selects it",
            text.WithoutErrors().Text);
        Assert.Contains("app:own: the file does not cover it", text.Text, StringComparison.Ordinal);
        var plan = await engine.OutputAsync("Sync-RegistryImage $file $to -Prune -PlanOnly", Token);
        Assert.Equal(["Copy app:1.2", "Remove app:1.0", "Keep app:own"],
            plan.Select(item => $"{((dynamic)item).Action} {((string)((dynamic)item).Reference).Split('/')[1]}"));
        Assert.Equal(["1.0", "own"], await mirror.TagsAsync("app"));
    }

    [Theory]
    [InlineData("GET", "/tags/list", "the list of the source could not be read")]
    [InlineData("HEAD", "/manifests/1.2", "an image for it failed")]
    public async Task Nothing_is_removed_after_a_failure(string method, string target, string why)
    {
        await using var mirror = await MirrorAsync(["app:1.2", "app:1.3"], ["app:1.0"]);
        await using var from = FaultProxy.Start(mirror.Source.Address);
        from.On(method, target).Respond(403);
        if (method == "HEAD")
        {
            from.On("GET", target).Respond(403);
        }

        using var engine = mirror.Engine($"{from.Address}: {{images-by-semver: {{app: ^1.2}}}}");
        var outcome = await engine.RunAsync(Prune, Token);
        Assert.NotEmpty(outcome.Errors);
        Assert.Contains(why, (string)((dynamic)Assert.Single(outcome.Output, result => ((dynamic)result).State == "Skipped")).Error,
            StringComparison.Ordinal);
        Assert.Contains("1.0", await mirror.TagsAsync("app"));
    }

    [Theory]
    [InlineData("{\"name\":\"app\",\"tags\":null}", null, "the list of the source is empty")]
    [InlineData("{\"name\":\"app\",\"tags\":[]}", null, "the list of the source is empty")]
    [InlineData("{\"name\":\"app\",\"tags\":[\"1.2\"]}", "<<>>; rel=next", "may be incomplete")]
    [InlineData("{\"name\":\"app\",\"tags\":[\"1.2\"]}", "</v2/app/tags/list>; rel=\"next\"", "may be incomplete")]
    public async Task Nothing_is_removed_because_of_an_empty_or_incomplete_list(string list, string? link, string why)
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:1.0", "app:1.2"]);
        var image = TestImage.Of();
        await using var source = LoopbackServer.Start(exchange =>
        {
            if (!exchange.Path.EndsWith("/tags/list", StringComparison.Ordinal))
            {
                // The images of the list exist: only the list keeps the tags.
                return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}")
                    : exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
            }

            if (link is not null)
            {
                exchange.Add("Link", link);
            }

            return exchange.RespondAsync(200, list);
        });
        using var engine = mirror.Engine($"{source.Address}: {{images-by-semver: {{app: ^1.2}}}}");
        var outcome = await engine.RunAsync($"{Prune} -PruneUnknown -WarningAction Ignore", Token);
        Assert.Empty(Tags(outcome.Output, "Removed"));
        Assert.Contains(outcome.Output, result => ((string?)((dynamic)result).Error)?.Contains(why, StringComparison.Ordinal) == true);
        Assert.Equal(["1.0", "1.2"], await mirror.TagsAsync("app"));
    }

    [Fact]
    public async Task The_last_tag_needs_Force()
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:2.0", "app:2.1"]);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.5}}");
        var results = await engine.OutputAsync(Prune, Token);
        Assert.Equal(["2.0"], Tags(results, "Removed"));
        Assert.Contains("the last tag", (string)((dynamic)Assert.Single(results, result => ((dynamic)result).State == "Skipped")).Error,
            StringComparison.Ordinal);
        Assert.Equal(["2.1"], await mirror.TagsAsync("app"));
        Assert.Equal(["2.1"], Tags(await engine.OutputAsync($"{Prune} -Force", Token), "Removed"));
        Assert.Empty(await mirror.TagsAsync("app"));
    }

    [Fact]
    public async Task The_number_of_removals_is_limited_over_all_repositories_before_the_first()
    {
        var extra = Enumerable.Range(0, 6).SelectMany(number => new[] { $"app:2.{number}", $"tool:2.{number}" }).ToArray();
        await using var mirror = await MirrorAsync(["app:1.2", "tool:1.2"], extra);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2, tool: ^1.2}}");
        var outcome = await engine.RunAsync(Prune, Token);
        outcome.SingleError().Is("LimitExceeded");
        Assert.Equal(12, Tags(outcome.Output, "Skipped").Count);
        Assert.Equal(7, (await mirror.TagsAsync("app")).Count);
        outcome = await engine.RunAsync($"{Prune} -MaximumRemovals 11", Token);
        outcome.SingleError().Is("LimitExceeded");
        Assert.Equal(12, Tags(await engine.OutputAsync($"{Prune} -MaximumRemovals 12", Token), "Removed").Count);
        Assert.Equal(["1.2"], await mirror.TagsAsync("tool"));
    }

    [Theory]
    [InlineData(true, "Removed")]
    [InlineData(false, "Skipped")]
    public async Task A_tag_that_shares_its_digest_with_a_kept_one_is_removed_only_by_its_tag(bool deletesTags, string state)
    {
        await using var mirror = await MirrorAsync(["app:1.2"], [], deletesTags);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        engine["source"] = mirror.Source.Address;
        await engine.OutputAsync(
            "Copy-RegistryImage $source/app:1.2 -Destination $to/app:1.0; Copy-RegistryImage $source/app:1.2 -Destination $to/app:own",
            Token);
        var results = await engine.OutputAsync(Prune, Token);
        Assert.Equal(["1.0"], Tags(results, state).Where(tag => tag == "1.0"));
        Assert.Equal(deletesTags ? ["1.2", "own"] : ["1.0", "1.2", "own"], await mirror.TagsAsync("app"));
        Assert.All(await engine.OutputAsync("Get-RegistryTag $to/app | Get-RegistryManifest", Token), Assert.NotNull);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signatures_of_kept_images_are_kept_and_an_image_with_several_tags_is_removed(bool deletesTags)
    {
        await using var mirror = await MirrorAsync(["app:1.2", "app:2.0"], [], deletesTags);
        using var engine = mirror.Engine("SOURCE: {images: {app: []}}");
        engine["source"] = mirror.Source.Address;
        await engine.OutputAsync(Prune, Token);
        var digest = (string)(await engine.SingleAsync("Get-RegistryManifest $to/app:1.2", Token)).Digest;
        engine["signature"] = digest.Replace(':', '-') + ".sig";
        await engine.OutputAsync(
            "Copy-RegistryImage $source/app:2.0 -Destination ${to}/app:$signature; Push-ImageTar $other -Destination $to/app:3.0; "
                + "Copy-RegistryImage $to/app:3.0 -Destination $to/app:3.1", Token);
        var results = await engine.OutputAsync(Prune, Token);
        Assert.Equal(["3.0", "3.1"], Tags(results, "Removed"));
        Assert.Contains("belongs to an image that is kept",
            (string)((dynamic)Assert.Single(results, result => ((dynamic)result).State == "Skipped")).Error, StringComparison.Ordinal);
        Assert.Equal(["1.2", "2.0", (string)engine["signature"]!], await mirror.TagsAsync("app"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Referrers_of_referrers_of_a_kept_image_are_kept(bool deletesTags)
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:2.0", "app:2.1"], deletesTags);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        await engine.OutputAsync("Sync-RegistryImage $file $to", Token);
        await engine.OutputAsync(
            """
            function Get-SignatureTag($Tag) { (Get-RegistryManifest "$to/app:$Tag").Digest.Replace(':', '-') + '.sig' }
            $of = Get-SignatureTag 1.2
            Copy-RegistryImage $to/app:2.0 -Destination $to/app:$of
            $ofThat = Get-SignatureTag $of
            Copy-RegistryImage $to/app:2.1 -Destination $to/app:$ofThat
            """, Token);
        var results = await engine.OutputAsync($"{Prune} -PruneUnknown", Token);
        string[] signatures = [(string)engine["of"]!, (string)engine["ofThat"]!];
        Assert.Equal(signatures.Order(StringComparer.Ordinal),
            Tags(results, "Skipped").Where(tag => tag.Length > 9).Order(StringComparer.Ordinal));
        Assert.Equal(deletesTags ? ["2.0", "2.1"] : [], Tags(results, "Removed"));
        Assert.Superset(signatures.Append("1.2").ToHashSet(), (await mirror.TagsAsync("app")).ToHashSet());
    }

    [Fact]
    public async Task The_target_is_read_without_its_mirrors()
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:1.0", "app:1.1"]);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        var requests = 0;
        await using var stale = LoopbackServer.Start(exchange =>
        {
            Interlocked.Increment(ref requests);
            return exchange.RespondAsync(200, TestImage.Of([1]).Manifest, TestImage.ManifestType);
        });
        engine["stale"] = stale.Address;
        var results = await engine.OutputAsync($"Set-RegistryOption $to -Mirror $stale; {Prune}", Token);
        Assert.Equal(["1.0", "1.1"], Tags(results, "Removed"));
        Assert.Equal((0, 1), (requests, (await mirror.TagsAsync("app")).Count));
    }

    [Fact]
    public async Task Prune_needs_a_complete_file_and_prompts_for_each_removal()
    {
        await using var mirror = await MirrorAsync(["app:1.2"], ["app:1.0"]);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        Assert.NotEmpty((await engine.RunAsync("Get-SyncPlan $file | Sync-RegistryImage -Destination $to -Prune", Token)).AllErrors);
        Assert.Equal("High", (string)await engine.SingleAsync(
            "[string][System.Management.Automation.CommandMetadata]::new((Get-Command Sync-RegistryImage)).ConfirmImpact", Token));
    }

    private static async Task<Mirror> MirrorAsync(string[] source, string[] more, bool deletesTags = true) =>
        await Mirror.StartAsync(source, more, deletesTags, Token);

    private static IReadOnlyList<string> Tags(IEnumerable<System.Management.Automation.PSObject> results, string state) =>
        [.. results.Where(result => ((dynamic)result).State == state)
            .Select(result => ((string)((dynamic)result).Reference).Split(':')[^1])];

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

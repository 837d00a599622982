using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>Sync-RegistryImage -Prune where something is not known or not done: nothing is removed that may be wanted.</summary>
public sealed class PruneSafetyTests : IAsyncDisposable
{
    private const string Prune = "Sync-RegistryImage $file $to -Prune -Confirm:$false";

    private readonly FakeRegistry _source = FakeRegistry.Start(RegistryProfile.Conformant);
    private readonly FakeRegistry _target = FakeRegistry.Start(RegistryProfile.Conformant with { DeletesTags = true });
    private readonly TemporaryFolder _folder = new();
    private readonly Engine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("SOURCE: {images: [")]
    [InlineData("SOURCE: {images-by-color: {}}")]
    [InlineData("SOURCE: {credentials: {password: 'secret'}}")]
    [InlineData(null)]
    public async Task Nothing_is_removed_if_one_of_the_files_could_not_be_read(string? second)
    {
        Add(_source, "app:1.0");
        Add(_target, "app:1.0", "app:0.9", "app:0.8");
        File("SOURCE: {images: {app: []}}");
        _engine["second"] = second is null ? _folder["missing.yml"] : Write("second.yml", second);
        var outcome = await _engine.RunAsync("Sync-RegistryImage $file, $second $to -Prune -Confirm:$false", Token);
        Assert.Single(outcome.Errors);
        Assert.Equal(["0.8", "0.9"], Tags(outcome.Output, "Skipped"));
        Assert.All(outcome.Output.Skip(1),
            result => Assert.Contains("could be read", (string)((dynamic)result).Error, StringComparison.Ordinal));
        Assert.Equal(3, _target.Tags.Count);
    }

    [Theory]
    [InlineData(403, null)]
    [InlineData(404, null)]
    [InlineData(200, "</v2/_catalog>; rel=\"next\"")]
    public async Task Nothing_is_removed_if_the_list_of_repositories_is_incomplete(int status, string? link)
    {
        Add(_source, "team/app:1.0", "team/app:1.1");
        Add(_target, "team/app:1.0", "team/app:1.1", "team/app:0.9");
        await using var from = FaultProxy.Start(_source.Address);
        var rule = from.On("GET", "/v2/_catalog");
        _ = link is null ? rule.Respond(status) : rule.SetResponseHeader("Link", link);
        _engine["file"] = Write("regsync.yml", $$"""
            version: 1
            sync:
              - {source: '{{from.Address}}', target: '{{_target.Address}}', type: registry, repos: {allow: ["other/.*"]} }
              - {source: '{{from.Address}}/team/app', target: '{{_target.Address}}/team/app', type: repository, tags: {deny: ["1[.]0"]} }
            """);
        var outcome = await _engine.RunAsync("Sync-RegistryImage $file -Prune -Confirm:$false -WarningAction Ignore", Token);
        Assert.Empty(Tags(outcome.Output, "Removed"));
        Assert.Equal(["0.9", "1.0"], Tags(outcome.Output, "Skipped"));
        Assert.Equal(3, _target.Tags.Count);
    }

    [Theory]
    [InlineData("images-by-semver: {app: ^1.0}")]
    [InlineData("images-by-tag-regex: {app: '^[12][.]'}")]
    [InlineData("images: {app: ['1.0']}")]
    public async Task Nothing_is_removed_from_a_source_that_is_its_own_target(string rule)
    {
        Add(_source, "app:1.0", "app:0.9", "own:2");
        File($"SOURCE: {{{rule}}}");
        _engine["to"] = _source.Address;
        var outcome = await _engine.RunAsync($"{Prune} -PruneUnknown -Force", Token);
        Assert.Empty(Tags(outcome.WithoutErrors().Output, "Removed"));
        Assert.Equal(3, _source.Tags.Count);
    }

    [Theory]
    [InlineData("GET", "/tags/list", "may be incomplete")]
    [InlineData("GET", "/manifests/sha256:", null)]
    [InlineData("GET", "/manifests/keep", null)]
    public async Task Nothing_is_removed_if_the_target_cannot_be_read(string method, string path, string? why)
    {
        Add(_source, "app:1.0");
        Add(_target, "app:1.0", "app:0.9");
        _target.Add("app", TestImage.IndexOf(ImageOf(7), ImageOf(8)), "keep");
        await using var to = FaultProxy.Start(_target.Address);
        var rule = to.On(method, path);
        _ = why is null ? rule.Respond(403) : rule.SetResponseHeader("Link", "</v2/app/tags/list>; rel=\"next\"");
        File("SOURCE: {images-by-semver: {app: '*'}}");
        _engine["to"] = to.Address;
        var outcome = await _engine.RunAsync($"{Prune} -WarningAction Ignore -MaximumRetryCount 0", Token);
        Assert.Empty(Tags(outcome.Output, "Removed"));
        Assert.Equal(why is null, outcome.Errors.Count > 0);
        Assert.Equal(why is null ? 0 : 2,
            outcome.Output.Count(result => ((string?)((dynamic)result).Error)?.Contains(why!, StringComparison.Ordinal) == true));
        Assert.Equal(3, _target.Tags.Count);
    }

    [Fact]
    public async Task Nothing_is_removed_if_the_list_lacks_a_tag_that_exists()
    {
        Add(_source, "app:1.0");
        Add(_target, "app:1.0", "app:0.9", "app:0.8");
        await using var to = FaultProxy.Start(_target.Address);
        to.On("GET", "/tags/list").Respond(200).WithBody("""{"name":"app","tags":["0.8","0.9"]}""");
        File("SOURCE: {images-by-semver: {app: '*'}}");
        _engine["to"] = to.Address;
        var outcome = await _engine.RunAsync($"{Prune} -WarningAction Ignore", Token);
        Assert.Empty(Tags(outcome.Output, "Removed"));
        Assert.Contains(
            outcome.Output, result => ((string?)((dynamic)result).Error)?.Contains("may be incomplete", StringComparison.Ordinal) == true);
        Assert.Equal(3, _target.Tags.Count);
    }

    [Fact]
    public async Task Nothing_is_removed_if_an_image_was_not_copied_because_of_a_name_conflict()
    {
        Add(_source, "app:1.0", "other:1.0");
        Add(_target, "app:1.0", "app:0.9");
        _engine["file"] = Write("regsync.yml", $$"""
            version: 1
            sync:
              - {source: '{{_source.Address}}/app', target: '{{_target.Address}}/app', type: repository}
              - {source: '{{_source.Address}}/other:1.0', target: '{{_target.Address}}/app:1.0', type: image}
            """);
        var outcome = await _engine.RunAsync("Sync-RegistryImage $file -Prune -Confirm:$false", Token);
        Assert.StartsWith("DestinationConflict,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(["0.9"], Tags(outcome.Output, "Skipped"));
        Assert.Equal(2, _target.Tags.Count);
    }

    [Theory]
    [InlineData(".sig")]
    [InlineData(".att")]
    [InlineData("")]
    public async Task The_last_image_needs_Force_even_if_a_signature_remains(string kind)
    {
        Add(_source, "app:0.5");
        Add(_target, "app:1.0", "app:1.1");
        var tag = TestArtifact.TagOf(_target.Tags["app:1.1"]) + kind;
        _target.Add("app", TestArtifact.Of("application/vnd.test", "signs it", null), tag);
        File("SOURCE: {images-by-tag-regex: {app: '^1[.]'}}");
        Assert.Equal(["1.0"], Tags(await _engine.OutputAsync(Prune, Token), "Removed"));
        Assert.Equal(["app:1.1", $"app:{tag}"], _target.Tags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["1.1"], Tags(await _engine.OutputAsync($"{Prune} -Force", Token), "Removed"));
    }

    // By default, at most 10 tags or a tenth of those of the targets.
    [Theory]
    [InlineData(5, 10, true)]
    [InlineData(5, 11, false)]
    [InlineData(108, 12, true)]
    [InlineData(108, 13, false)]
    public async Task The_default_maximum_of_removals_is_ten_or_a_tenth(int kept, int extra, bool isAllowed)
    {
        for (var number = 0; number < kept; number++)
        {
            Add(_source, $"app:1.{number}");
            Add(_target, $"app:1.{number}");
        }

        Enumerable.Range(0, extra).ToList().ForEach(number => Add(_target, $"app:2.{number}"));
        File("SOURCE: {images: {app: []}}");
        var outcome = await _engine.RunAsync(Prune, Token);
        Assert.Equal(isAllowed ? [] : ["LimitExceeded"], outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(isAllowed ? extra : 0, Tags(outcome.Output, "Removed").Count);
        Assert.Equal(isAllowed ? 0 : extra, Tags(outcome.Output, "Skipped").Count);
        Assert.Equal(isAllowed ? kept : kept + extra, _target.Tags.Count);
        Assert.Equal(isAllowed ? extra : 0, _target.Count("DELETE"));
    }

    [Fact]
    public async Task All_removals_are_confirmed_before_the_first_and_declined_ones_are_not_executed()
    {
        Add(_source, "app:1.0");
        Add(_target, "app:1.0", "app:0.7", "app:0.8", "app:0.9");
        File("SOURCE: {images: {app: []}}");
        foreach (var answer in new[] { 0, 2, 0 })
        {
            _engine.Host.Answers.Enqueue(answer);
        }

        var results = await _engine.OutputAsync("Sync-RegistryImage $file $to -Prune", Token);
        Assert.Equal(3, _engine.Host.Questions.Count);
        Assert.Equal(["0.7", "0.9"], Tags(results, "Removed"));
        Assert.Equal(["0.8"], Tags(results, "Skipped"));
        Assert.Equal(["app:0.8", "app:1.0"], _target.Tags.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WhatIf_says_how_old_each_tag_is()
    {
        Add(_source, "app:1.0");
        foreach (var (tag, days) in new[] { ("0.7", 1), ("0.8", 40), ("0.9", 4000) })
        {
            var created = DateTimeOffset.UtcNow.AddDays(-days).AddHours(-1).ToString("O",
                System.Globalization.CultureInfo.InvariantCulture);
            var manifest = System.Text.Encoding.UTF8.GetString(ImageOf(days % 50).Manifest)[..^1]
                + $$$""","annotations":{"org.opencontainers.image.created":"{{{created}}}"}}""";
            _target.Add("app", ImageOf(days % 50));
            _target.Add("app", System.Text.Encoding.UTF8.GetBytes(manifest), tag);
        }

        File("SOURCE: {images: {app: []}}");
        var text = (await _engine.RunAsync("Sync-RegistryImage $file $to -Prune -WhatIf", Token)).WithoutErrors().Text;
        foreach (var (tag, days) in new[] { ("0.7", 1), ("0.8", 40), ("0.9", 4000) })
        {
            Assert.Contains(
                $"Remove {_target.Address}/app:{tag} ({_target.Tags[$"app:{tag}"]}, created {days} d ago): the file no longer selects it.",
                text, StringComparison.Ordinal);
        }

        Assert.Equal(3, _target.Tags.Count);
    }

    [Fact]
    public async Task Files_are_read_from_the_pipeline_and_pruned_together()
    {
        Add(_source, "app:1.0", "tool:1.0");
        Add(_target, "app:0.9", "tool:0.9");
        Write("a.yml", "SOURCE: {images: {app: []}}");
        Write("b[1].yml", "SOURCE: {images: {tool: []}}");
        (_engine["folder"], _engine["to"]) = (_folder.FullName, _target.Address);
        Assert.Equal(2, (await _engine.OutputAsync("Get-ChildItem $folder | Get-SyncPlan", Token)).Count);
        Assert.All(await _engine.OutputAsync("Get-ChildItem $folder | Sync-RegistryImage -Destination $to", Token),
            result => Assert.Equal("Copied", (string)((dynamic)result).State));
        var results = await _engine.OutputAsync(
            "Sync-RegistryImage -LiteralPath (Get-ChildItem $folder).FullName -Destination $to -Prune -Confirm:$false", Token);
        Assert.Equal(["0.9", "0.9"], Tags(results, "Removed"));
        Assert.Equal(["app:1.0", "tool:1.0"], _target.Tags.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_run_that_was_killed_is_continued_by_the_next(int number)
    {
        Add(_source, "app:1.0");
        Add(_target, [.. Enumerable.Range(0, 6).Select(tag => $"app:0.{tag}"), "own:1"]);
        await using var to = FaultProxy.Start(_target.Address);
        var stalled = to.On("DELETE").Skip(number - 1).StallResponse();
        using var shell = new PwshProcess();
        shell.Folder.Write("mirror.yml", $"{_source.Address}: {{images: {{app: []}}}}\n");
        shell.Environment["TARGET"] = to.Address;
        using var process = shell.Launch(
            "-Command", "Sync-RegistryImage ./mirror.yml $env:TARGET -Prune -Confirm:$false -ThrottleLimit 1 -ResultPath ./result.jsonl");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Token);
        await stalled.Reached.WaitAsync(Token);
        process.Kill();
        await process.WaitForExitAsync(Token);
        await output;
        Assert.InRange(_target.Tags.Count, 3, 8 - number + 1);

        to.ClearRules();
        var run = await shell.RunAsync(
            ["-Command", "(Sync-RegistryImage ./mirror.yml $env:TARGET -Prune -Confirm:$false).State -join ' '"]);
        Assert.True(run.ExitCode == 0 && run.Error.Length == 0, run.Error);
        Assert.Equal(["app:1.0", "own:1"], _target.Tags.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("Unchanged Removed", run.Output, StringComparison.Ordinal);
    }

    private static TestImage ImageOf(int seed) => TestImage.Of(Http.RandomBytes(50, 99), Http.RandomBytes(60, seed));

    // Each name has an image of its own content, the same on both registries.
    private static void Add(FakeRegistry registry, params string[] images)
    {
        foreach (var image in images)
        {
            registry.Add(image.Split(':')[0], ImageOf(100 + image.Sum(character => character) + (image.Length * 1000)),
                image.Split(':')[1]);
        }
    }

    private void File(string text) => (_engine["file"], _engine["to"]) = (Write("mirror.yml", text), _target.Address);

    private string Write(string name, string text) =>
        _folder.Write(name, text.Replace("SOURCE", _source.Address, StringComparison.Ordinal));

    private static IReadOnlyList<string> Tags(IEnumerable<PSObject> results, string state) =>
        [.. results.Where(result => ((dynamic)result).State == state)
            .Select(result => ((string)((dynamic)result).Reference).Split(':')[^1])];
}

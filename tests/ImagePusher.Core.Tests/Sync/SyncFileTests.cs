using System.Text;
using ImagePusher.Core.Sync;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Tests.Sync;

/// <summary>Sync files: the values read from them, and the errors with line and column.</summary>
public sealed class SyncFileTests
{
    [Fact]
    public void The_format_of_skopeo_is_read()
    {
        var file = Read("""
            registry.example.com:
              images:
                busybox: []
                redis:
                  - "1.0"
                  - sha256:0000000000000000000000000000000011111111111111111111111111111111
              images-by-tag-regex:
                nginx: ^1\.13\.[12]-alpine-perl$
              images-by-semver:
                alpine: ">= 3.12.0"
              credentials:
                username: john
                password: '{{env "SECRET"}}'
              tls-verify: false
            quay.io:
              tls-verify: true
              images-by-tag-regex: {team/app: "[[:digit:]]+"}
            """);
        Assert.Equal(
            ["registry.example.com/busybox 3", "registry.example.com/redis 4", "registry.example.com/nginx 8",
                "registry.example.com/alpine 10", "quay.io/team/app 17"],
            file.Entries.Select(entry => $"{entry.Repository} {entry.Line}"));
        var access = file.Registries["registry.example.com"];
        Assert.Equal(("john", "from the environment", true),
            (access.Credential!.UserName, access.Credential.Secret, access.SkipCertificateCheck));
        Assert.True(file.Entries[0].Rule.Selects("any"));
        Assert.Equal(["1.0", "sha256:0000000000000000000000000000000011111111111111111111111111111111"], file.Entries[1].Rule.Names!);
        Assert.True(file.Entries[2].Rule.Selects("1.13.2-alpine-perl"));
        Assert.False(file.Entries[2].Rule.Selects("1.13.3-alpine-perl"));
        Assert.True(file.Entries[3].Rule.Selects("3.13"));
        Assert.False(file.Entries[3].Rule.Selects("3.11.9"));
        Assert.True(file.Entries[4].Rule.Selects("v12"));
    }

    [Fact]
    public void The_format_of_regsync_is_read()
    {
        var file = Read("""
            version: 1
            x-rules: &rules
              allow: ["v?[0-9.]+", "latest"]
              deny: ["0[.].*"]
            creds:
              - registry: localhost:5000
                tls: disabled
              - registry: docker.io
                user: '{{env "SECRET"}}'
                pass: "{{ env \"SECRET\" }}"
            defaults:
              parallel: 3
              interval: 60m
              referrers: true
              ratelimit: {min: 100, retry: 1h30m}
            sync:
              - source: nginx
                target: localhost:5000/mirror/nginx
                type: repository
                tags:
                  <<: *rules
                  semverRange: ["^1.2 || latest-1"]
                platforms: [linux/amd64, linux/arm64]
              - {source: 'ghcr.io/owner/app:1.0', target: 'localhost:5000/app:stable', type: image,
                 digestTags: true, referrers: false, ratelimit: {min: 5}}
              - source: registry.example.com
                target: localhost:5000
                type: registry
                repos: {allow: ["team/.*"], deny: [".*-dev"]}
                tagSets: [{allow: ["1"]}, {allow: ["2"]}]
            """.Replace("^1.2 || latest-1", "^1.2", StringComparison.Ordinal));
        Assert.Equal(3, file.Parallel);
        Assert.Contains("line 13, column 3", Assert.Single(file.Warnings), StringComparison.Ordinal);
        Assert.True(file.Registries["localhost:5000"].PlainHttp);
        Assert.Equal("from the environment", file.Registries["docker.io"].Credential!.Secret);
        var (repository, image, registry) = (file.Entries[0], file.Entries[1], file.Entries[2]);
        Assert.Equal(("docker.io/library/nginx", "localhost:5000/mirror/nginx", 100, TimeSpan.FromMinutes(90), true),
            (repository.Repository!.ToString(), repository.Target, repository.MinimumRateLimit, repository.RateLimitRetry!.Value,
                repository.IncludeReferrers!.Value));
        Assert.Equal(["linux/amd64", "linux/arm64"], repository.Platforms.Select(platform => platform.ToString()));
        Assert.Equal([true, true, false, false, false],
            new[] { "1.2", "v1.9.9", "2.0", "latest", "1.2-rc1" }.Select(repository.Rule.Selects));
        Assert.Equal(("localhost:5000/app:stable", 5, true), (image.Target, image.MinimumRateLimit, image.IncludeReferrers!.Value));
        Assert.Equal([true, false, false], new[] { "team/app", "team/app-dev", "other" }.Select(registry.Repositories.Selects));
        Assert.Equal([true, true, false], new[] { "1", "2", "12" }.Select(registry.Rule.Selects));
        Assert.Null(registry.Repository);
    }

    [Theory]
    [InlineData("tags: {}", "1 2")]
    [InlineData("tags: ~", "1 2")]
    [InlineData("tags: {allow: [], deny: []}", "1 2")]
    [InlineData("tags: {deny: [2]}", "1 2 3")]
    [InlineData("tags: {semverRange: [3]}", "1 2 3")]
    public void Empty_tags_beside_tagSets_select_nothing_more(string tags, string selected)
    {
        var rule = Read($"version: 1\nsync: [{{source: a.b/c, target: a.b/d, type: repository, tagSets: [{{allow: [1]}}, "
            + $"{{allow: [2]}}], {tags}}}]\n").Entries[0].Rule;
        Assert.Equal(selected.Split(' '), new[] { "1", "2", "3" }.Where(rule.Selects));
    }

    [Fact]
    public void One_platform_of_regsync_is_a_list_of_one()
    {
        var file = Read("version: 1\nsync: [{source: a.b/c, target: a.b/d, type: repository, platform: linux/arm/v7}]\n");
        Assert.Equal("linux/arm/v7", Assert.Single(file.Entries[0].Platforms).ToString());
    }

    [Theory]
    [InlineData("^[[:^digit:]]+$", "latest edge", "1 v1")]
    [InlineData("^v[[:^alpha:]x]*$", "v1.2 vx1-2", "v1a")]
    [InlineData("^[^[:^alnum:]]+$", "v1 20240101", "1.2 a-b")]
    public void A_negated_class_matches_the_others(string expression, string inside, string outside)
    {
        var rule = Read($"a.b: {{images-by-tag-regex: {{app: '{expression}'}}}}").Entries[0].Rule;
        Assert.All(inside.Split(' '), tag => Assert.True(rule.Selects(tag), tag));
        Assert.All(outside.Split(' '), tag => Assert.False(rule.Selects(tag), tag));
    }

    [Theory]
    [InlineData("a.b: {images: {app: []}", 2, 1, "not valid YAML")]
    [InlineData("v: 1\nk: p\nspec: {containers: [{name: a, image: \"one:1\"}\nstatus: x\n", 3, 20, "malformed")]
    [InlineData("a.b:\n  images:\n    App: []\n", 3, 5, "upper-case letters")]
    [InlineData("a.b:\n  images:\n    app: ['no tag']\n", 3, 11, "the tag or digest is invalid")]
    [InlineData("a.b:\n  images-by-tag-regex:\n    app: '('\n", 3, 10, "not a regular expression")]
    [InlineData("a.b:\n  images-by-tag-regex:\n    app: '(?=a)'\n", 3, 10, "not a regular expression")]
    [InlineData("a.b:\n  images-by-semver:\n    app: newest\n", 3, 10, "the range is invalid")]
    [InlineData("a.b:\n  credentials:\n    username: x\n    password: hunter2\n", 4, 15, "the password is written in the file")]
    [InlineData("a.b:\n  credentials:\n    username: x\n    password: 'pre{{env \"SECRET\"}}'\n", 4, 15,
        "the password is written in the file")]
    [InlineData("a.b:\n  credentials:\n    password: '{{env \"MISSING\"}}'\n", 3, 15, "'MISSING' is not set")]
    [InlineData("a.b:\n  tls-verify: maybe\n", 2, 15, "neither true nor false")]
    [InlineData("a.b:\n  images: {}\n  images: {}\n", 3, 3, "occurs twice")]
    [InlineData("a.b: {images: [app]}\n", 1, 15, "not a mapping")]
    [InlineData("- a\n", 1, 1, "not a mapping")]
    [InlineData("", 1, 1, "empty")]
    [InlineData("a.b: {}\n---\na.c: {}\n", 2, 1, "more than one document")]
    [InlineData("version: 2\n", 1, 10, "the version is not 1")]
    [InlineData("version: 1\nsync:\n  - source: a.b/c\n    target: a.b/d\n    type: folder\n", 5, 11, "'folder' is not supported")]
    [InlineData("version: 1\nsync:\n  - source: a.b/c\n    type: image\n", 3, 5, "the target is missing")]
    [InlineData("version: 1\nsync:\n  - {source: 'a.b/c:1', target: a.b/d, type: repository}\n", 3, 14, "names an image")]
    [InlineData("version: 1\ncreds:\n  - registry: a.b\n    pass: hunter2\n", 4, 11, "the password is written in the file")]
    [InlineData("version: 1\ndefaults: {ratelimit: {retry: soon}}\n", 2, 31, "not a duration")]
    public void A_mistake_is_InvalidOption_with_its_position(string text, int line, int column, string reason)
    {
        var error = Assert.Throws<InvalidOptionException>(() => Read(text));
        Assert.StartsWith($"mirror.yml, line {line}, column {column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message + error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b:\n  images-by-digest: {}\n", 2, 3, "images-by-digest")]
    [InlineData("version: 1\nhooks: {}\n", 2, 1, "hooks")]
    [InlineData("version: 1\ndefaults:\n  backup: x\n", 3, 3, "backup")]
    [InlineData("version: 1\ncreds:\n  - registry: a.b\n    credHelper: x\n", 4, 5, "credHelper")]
    [InlineData("version: 1\nsync:\n  - source: a.b/c\n    fastCheck: true\n", 4, 5, "fastCheck")]
    [InlineData("version: 1\nsync:\n  - source: a.b/c\n    target: a.b/d\n    type: repository\n    tags: {newest: 3}\n", 6, 12, "newest")]
    [InlineData("version: 1\nsync:\n  - source: a.b/c\n    target: a.b/d\n    type: repository\n    tags: {allow: [], newest: }\n", 6, 23,
        "newest")]
    [InlineData("a.b:\n  credentials: {username: '{{file \"/x\"}}'}\n", 2, 27, "template")]
    public void An_unsupported_feature_is_an_error_with_its_position(string text, int line, int column, string what)
    {
        var error = Assert.Throws<UnsupportedContentException>(() => Read(text));
        Assert.StartsWith($"mirror.yml, line {line}, column {column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_of_aliases_deep_lists_and_long_expressions_exceed_a_limit()
    {
        var bomb = new StringBuilder("a.b:\n  x0: &x0 [1,1,1,1,1,1,1,1,1,1]\n");
        for (var level = 1; level < 12; level++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"  x{level}: &x{level} [{string.Join(',', Enumerable.Repeat($"*x{level - 1}", 10))}]\n");
        }

        Assert.Throws<LimitExceededException>(() => Read(bomb.ToString()));
        Assert.Throws<LimitExceededException>(() => Read("a.b: " + new string('[', 10_000) + new string(']', 10_000)));
        Assert.Throws<InvalidOptionException>(() => Read($"a.b: {{images-by-tag-regex: {{app: '{new string('a', 5000)}'}}}}"));
        Assert.True(YamlLimits.Nodes > 100_000);
    }

    [Theory]
    [InlineData("a.b:\n  images-by-tag-regex:\n    app: &x '$long'\n", "    app$n: *x\n", 9000, false)]
    [InlineData("version: 1\nx-a: &x '$long'\nsync:\n- {source: a.b/c, target: d.e/c, type: repository, tags: {allow: [", "*x,", 150_000,
        true)]
    [InlineData("a.b:\n  images-by-tag-regex:\n", "    app$n: '$n$long'\n", 9000, true)]
    public void Expressions_that_are_long_and_many_are_read_once_or_exceed_a_limit(string first, string each, int count, bool isError)
    {
        var expression = string.Concat(Enumerable.Repeat("[a-z]{2}x", 400));
        var text = new StringBuilder(first.Replace("$long", expression, StringComparison.Ordinal));
        var numbered = each.Replace("$long", expression[..900], StringComparison.Ordinal);
        for (var number = 0; number < count; number++)
        {
            text.Append(numbered.Replace("$n", $"{number}", StringComparison.Ordinal));
        }

        text.Append(first.EndsWith('[') ? "]}}\n" : "");
        var before = GC.GetTotalAllocatedBytes();
        if (isError)
        {
            Assert.Throws<LimitExceededException>(() => Read(text.ToString()));
        }
        else
        {
            Assert.Equal(count + 1, Read(text.ToString()).Entries.Count);
        }

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1L << 30);
    }

    [Theory]
    [InlineData("a.b: {credentials: {username: '$x'}}")]
    [InlineData("a.b: {images-by-semver: {app: '$x'}}")]
    [InlineData("version: 1\nsync: [{source: '$x', target: a.b/c, type: image}]")]
    public void A_value_that_repeats_a_variable_exceeds_a_limit(string text) =>
        Assert.Throws<LimitExceededException>(() => Read(text.Replace(
            "$x", string.Concat(Enumerable.Repeat("{{env \"SECRET\"}}", 50_000)), StringComparison.Ordinal)));

    [Fact]
    public void A_long_range_is_an_error_with_its_position() =>
        Assert.Contains("line 1, column 31", Assert.Throws<InvalidOptionException>(
            () => Read($"a.b: {{images-by-semver: {{app: '{string.Concat(Enumerable.Repeat("<1 ", 3000))}'}}}}")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void An_expression_is_matched_in_a_time_that_a_file_cannot_extend()
    {
        var rule = Read("a.b: {images-by-tag-regex: {app: '^(a+)+$'}}").Entries[0].Rule;
        Assert.False(rule.Selects(new string('a', 127) + "b"));
    }

    private static SyncFile Read(string text) =>
        SyncFileReader.Read(
            Encoding.UTF8.GetBytes(text), "mirror.yml", name => name == "SECRET" ? "from the environment" : null, Path.GetTempPath());
}

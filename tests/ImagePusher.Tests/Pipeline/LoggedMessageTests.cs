using System.Text;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pipeline;

/// <summary>-Verbose writes each decision, -Debug each request without secrets, and -InformationAction one line for each image.</summary>
public sealed class LoggedMessageTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Push-ImageTar $new -Destination $registry",
        "sha256:[0-9a-f]+: compressed from [0-9,]+ to [0-9,]+ bytes and sent to localhost:.*/new as sha256:")]
    [InlineData("Import-ImageTar $new", "sha256:[0-9a-f]+: compressed from [0-9,]+ to [0-9,]+ bytes and sent to the cache")]
    [InlineData("Push-CachedImage example.com/app:1 -Destination $registry/app:1", "^localhost:.*/app:1 exists with the same digest")]
    [InlineData("Push-CachedImage example.com/app:1 -Destination $registry/app:2", "sha256:[0-9a-f]+: exists in localhost:.*/app\\.")]
    [InlineData("Push-CachedImage example.com/app:1 -Destination $registry/copy:1", "sha256:[0-9a-f]+: mounted in localhost:.*/copy\\.")]
    [InlineData("Push-CachedImage example.com/other:1 -Destination $registry",
        "sha256:[0-9a-f]+: sent to localhost:.*/other, [0-9,]+ bytes\\.")]
    [InlineData("Save-ImageToCache $registry/app:1", "sha256:[0-9a-f]+: exists in the cache")]
    [InlineData("Export-ImageTar example.com/app:1 ($new + '.docker') -Format Docker",
        "sha256:[0-9a-f]+: decompressed from [0-9,]+ to [0-9,]+ bytes")]
    public async Task Verbose_shows_the_result_of_each_blob(string script, string told)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tars"] = new[] { _images.Write("app"), _images.Write("other") },
            ["new"] = _images.Write("new"),
            ["registry"] = registry.Address,
        };
        await engine.OutputAsync("Import-ImageTar $tars; Push-CachedImage example.com/app:1 -Destination $registry", Token);
        var quiet = (await engine.RunAsync($"{script} -WhatIf", Token)).WithoutErrors();
        Assert.Empty(quiet.Verbose);
        var outcome = (await engine.RunAsync($"{script} -Verbose", Token)).WithoutErrors();
        Assert.Contains(outcome.Verbose, line => Regex.IsMatch(line, told));
        Assert.All(outcome.Verbose, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public async Task Verbose_shows_retries_and_their_delays()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("GET", "/manifests/").Nth(1).Respond(503).WithRetryAfter(TimeSpan.FromSeconds(1));
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = proxy.Address, ["direct"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $tar -Destination $direct", Token);
        var outcome = (await engine.RunAsync("Get-RegistryManifest $registry/app:1 -Verbose", Token)).WithoutErrors();
        Assert.EndsWith(" In 1 s: attempt 2 of 5.", Assert.Single(outcome.Verbose), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Save-ImageToCache $registry/large:1 -Force", "GET",
        "The download of sha256:[0-9a-f]{64} from localhost:[0-9]+ is resumed at [1-9][0-9]{5,}\\.")]
    [InlineData("Push-CachedImage example.com/large:1 -Destination $registry -ThrottleLimit 1", "PATCH",
        "localhost:[0-9]+ has 1048576 bytes of .*; resumed at 1048576\\.")]
    public async Task Verbose_shows_where_an_interrupted_transfer_is_resumed(string script, string method, string told)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = new Engine { ["tar"] = _images.Write("large", 3_000_000), ["registry"] = proxy.Address };
        await engine.OutputAsync("Import-ImageTar $tar; Set-RegistryOption $registry -UploadForm Chunked -ChunkSize 1MB", Token);
        if (method == "GET")
        {
            await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        }

        // The second chunk never arrives completely; the transfer of the blob is interrupted within it.
        _ = method == "GET" ? proxy.On("GET", "/blobs/").If(request => request.Header("Range") is null).CutDown(1_000_000)
            : proxy.On("PATCH").Nth(2).DropRequest();
        var outcome = (await engine.RunAsync($"{script} -RetryIntervalSec 0 -Verbose", Token)).WithoutErrors();
        Assert.True(outcome.Verbose.Any(line => Regex.IsMatch(line, told)), string.Join('\n', outcome.Verbose));
    }

    [Fact]
    public async Task Debug_shows_each_request_and_no_secret()
    {
        await using var tokens = TokenServer.Start(
            new TokenServerOptions { Users = new Dictionary<string, string> { [RegistryFixture.User] = RegistryFixture.Password } });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address,
            ["credential"] = RegistryFixture.Credential };
        var outcome = (await engine.RunAsync(
            "Push-ImageTar $tar -Destination $registry -Credential $credential -Debug -Verbose; "
                + "Save-ImageToCache $registry/app:1 -Credential $credential -Debug -Verbose", Token)).WithoutErrors();

        var requests = outcome.Debug.Where(line => line.Contains(" -> ", StringComparison.Ordinal)).ToList();
        foreach (var request in await registry.RequestsAsync(Token))
        {
            Assert.Contains(requests,
                line => line.StartsWith($"{request.Method} http://{registry.Address}{request.Path}", StringComparison.Ordinal)
                    && line.Contains($" -> {request.Status} in ", StringComparison.Ordinal));
        }

        Assert.Contains(requests, line => line.Contains(tokens.Realm.Authority, StringComparison.Ordinal));
        var all = string.Join('\n', [.. outcome.Debug, .. outcome.Verbose, .. outcome.Warnings,
            .. outcome.Information.Select(line => line.ToString()), outcome.Text]);
        Assert.Contains("/blobs/uploads/", all, StringComparison.Ordinal);
        string[] secrets =
        [
            RegistryFixture.Password,
            Convert.ToBase64String(Encoding.UTF8.GetBytes(RegistryFixture.UserAndPassword)),
            .. tokens.Issued.Select(issued => issued.Text),
            "_state=",
        ];
        Assert.True(secrets.Length > 3);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Information_is_one_line_for_each_image_and_is_shown_on_demand()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tars"] = new[] { _images.Write("one"), _images.Write("two") },
            ["registry"] = registry.Address,
            ["out"] = _images["out.tar"],
        };
        foreach (var script in new[]
        {
            "Push-ImageTar $tars -Destination $registry",
            "Import-ImageTar $tars",
            "Push-CachedImage * -Destination $registry/again/",
            "Export-ImageTar * $out",
            "Copy-RegistryImage $registry/one:1, $registry/two:1 -Destination $registry/copy/",
            "Save-ImageToCache $registry/one:1, $registry/two:1",
        })
        {
            var outcome = (await engine.RunAsync($"{script} -InformationAction Continue", Token)).WithoutErrors();
            var lines = outcome.Information.Select(record => record.MessageData.ToString()!).ToList();
            Assert.Equal(2, lines.Count);
            Assert.All(lines, line => Assert.Matches("^[^\n]*/?(one|two)[^\n]* -> [^\n]*: sha256:[0-9a-f]{64}, [^\n]* in [0-9.]+ s$",
                line));
            Assert.All(outcome.Information, record => Assert.Contains("ImagePusher", record.Tags));
            Assert.All(lines, line => Assert.Contains(line, outcome.Text, StringComparison.Ordinal));

            var quiet = (await engine.RunAsync(script.Replace("$out", "$out -Force", StringComparison.Ordinal), Token)).WithoutErrors();
            Assert.Equal(2, quiet.Information.Count);
            Assert.Equal("", quiet.Text);
        }
    }

    public void Dispose() => _images.Dispose();
}

using System.Net;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Values out of range, a client that was disposed of, handlers with the defaults of .NET, and what a log shows.</summary>
public sealed class MisuseTests : LibraryTest
{
    public static TheoryData<string, Action> OutOfRange => new()
    {
        { "no transfers at once", () => _ = new CopyOptions { ThrottleLimit = 0 } },
        { "no uploads at once", () => _ = new RegistrySettings { ThrottleLimit = 0 } },
        { "empty chunks", () => _ = new RegistrySettings { ChunkSize = 0 } },
        { "negative retries", () => _ = new RegistrySettings { MaximumRetryCount = -1 } },
        { "negative delay", () => _ = new RegistrySettings { RetryInterval = TimeSpan.FromSeconds(-1) } },
        { "no time to connect", () => _ = new RegistrySettings { ConnectTimeout = TimeSpan.Zero } },
        { "no time to respond", () => _ = new RegistrySettings { IdleTimeout = TimeSpan.FromSeconds(-2) } },
        { "longer than timers run", () => _ = new RegistrySettings { IdleTimeout = TimeSpan.MaxValue } },
        { "longer than timers run", () => _ = new RegistrySettings { ConnectTimeout = TimeSpan.FromDays(25) } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void A_value_out_of_range_is_rejected_where_it_is_set(string value, Action set)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(set);
        Assert.True(error.Message.Length > 0, value);
    }

    [Fact]
    public void A_time_out_can_be_infinite_and_settings_cannot_be_null()
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, new RegistrySettings { IdleTimeout = Timeout.InfiniteTimeSpan }.IdleTimeout);
        Assert.Throws<ArgumentNullException>(() => new RegistryClientOptions { DefaultSettings = null! });
    }

    [Fact]
    public async Task A_client_that_was_disposed_of_is_not_used_again()
    {
        var client = new RegistryClient();
        await client.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => client.GetRepository(Registry, "app"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PingAsync(Registry, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ImageTransfer.CopyAsync(
            ImageEndpoint.Registry($"{Registry}/app:1", client), ImageEndpoint.Archive(Folder["app.tar"]), cancellationToken: Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handlers_with_the_defaults_of_NET_neither_follow_redirects_nor_decompress(bool delegates)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        var sockets = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All };
        var web = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.All };
        Assert.True(sockets.AllowAutoRedirect && web.AllowAutoRedirect);
        foreach (var handler in new HttpMessageHandler[] { sockets, web })
        {
            await using var client = new RegistryClient(
                new RegistryClientOptions { HandlerFactory = _ => delegates ? new Passing(handler) : handler });
            await client.PingAsync(registry.Address, Token);
        }

        Assert.False(sockets.AllowAutoRedirect || web.AllowAutoRedirect);
        Assert.Equal((DecompressionMethods.None, DecompressionMethods.None), (sockets.AutomaticDecompression, web.AutomaticDecompression));
    }

    [Fact]
    public async Task A_used_handler_that_follows_redirects_is_rejected_with_a_typed_error()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        using var handler = new SocketsHttpHandler();
        using var application = new HttpClient(handler, disposeHandler: false);
        using (await application.GetAsync(new Uri($"http://{registry.Address}/v2/"), Token))
        {
        }

        await using var client = new RegistryClient(new RegistryClientOptions { HandlerFactory = _ => handler });
        var error = await Assert.ThrowsAsync<InvalidOptionException>(() => client.PingAsync(registry.Address, Token));
        Assert.Contains("already used", error.Message, StringComparison.Ordinal);

        await using var other = new RegistryClient(
            new RegistryClientOptions { HandlerFactory = _ => new SocketsHttpHandler { AllowAutoRedirect = false } });
        await other.PingAsync(registry.Address, Token);
    }

    [Theory]
    [InlineData("cache:x.tar", "./cache:x.tar")]
    [InlineData("images/app.tar", "./images/app.tar")]
    [InlineData("a\\b.tar", "./a\\b.tar")]
    [InlineData("oci://y.tar", "./oci://y.tar")]
    [InlineData("~/app.tar", "~/app.tar")]
    [InlineData("C:\\images\\app.tar", "C:\\images\\app.tar")]
    public void The_text_of_an_archive_is_parsed_as_an_archive(string path, string text)
    {
        Assert.Equal(text, ImageEndpoint.Archive(path).ToString());
        Assert.Equal(ImageEndpoint.Archive(text).GetType(), ImageEndpoint.Parse(text).GetType());
    }

    [Fact]
    public void An_endpoint_has_the_text_that_it_is_parsed_from()
    {
        foreach (var text in new[] { "ghcr.io/owner/app:1.0", "./app.tar", "./layout/", "cache:alpine:3.22", "cache:" })
        {
            Assert.Equal(text, ImageEndpoint.Parse(text).ToString());
        }

        Assert.Equal("./images/app", ImageEndpoint.Archive("images/app", format: ArchiveFormat.Docker).ToString());
        Assert.Equal("./images/", ImageEndpoint.Layout("images", "app:1").ToString());
        Assert.Equal("cache:app:1", ImageEndpoint.Cache("app:1", Folder["cache"]).ToString());
    }

    [Fact]
    public async Task Results_and_plans_are_readable_in_a_log()
    {
        var (source, target) = (ImageEndpoint.Archive(DockerArchive("app.tar", "app:1")), ImageEndpoint.Registry(Registry));
        var plan = await ImageTransfer.PlanAsync(source, target, cancellationToken: Token);
        Assert.Matches(@"^\S+/app:1: 2 blobs, \d+ bytes to send, \d+ bytes to compress$", plan.ToString());
        var result = await ImageTransfer.CopyAsync(source, target, cancellationToken: Token);
        Assert.Equal($"{Registry}/app:1@{result.Manifest.Digest}", result.ToString());
        Assert.Matches(@"^sha256:[0-9a-f]{64} \(application/vnd\.oci\.image\.manifest\.v1\+json, \d+ bytes\)$", result.Manifest.ToString());
    }

    private sealed class Passing(HttpMessageHandler inner) : DelegatingHandler(inner);
}

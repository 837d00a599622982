using ImagePusher.Core.Naming;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>
/// The digest of a tag is requested once, in advance: even if the source of the image responds slowly, for example under load. An old
/// response is requested again because the tag may have moved.
/// </summary>
public sealed class PrefetchTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 1)]
    [InlineData(90, 2)]
    public async Task The_response_is_used_for_a_minute(int seconds, int requests)
    {
        var heads = 0;
        var time = new ShiftedTime();
        await using var server = LoopbackServer.Start(exchange => Answer(exchange, () => Interlocked.Increment(ref heads)));
        await using var session = new RegistrySession(time: time);
        var repository = session.Repository(server.Address);
        var name = ImageReference.Create(server.Address, "team/app", "1");

        repository.PrefetchHead(name, Token);
        time.Shift = TimeSpan.FromSeconds(seconds);
        Assert.Equal(Image.Digest, (await repository.FindPublishedAsync(name, Token))?.ToString());

        Assert.Equal(requests, heads);
    }

    [Fact]
    public async Task The_response_is_used_once_and_for_its_tag_only()
    {
        var heads = 0;
        await using var server = LoopbackServer.Start(exchange => Answer(exchange, () => Interlocked.Increment(ref heads)));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        var one = ImageReference.Create(server.Address, "team/app", "1");

        repository.PrefetchHead(one, Token);
        await repository.FindPublishedAsync(one, Token);
        await repository.FindPublishedAsync(one, Token);
        Assert.Equal(2, heads);

        repository.PrefetchHead(one, Token);
        await repository.FindPublishedAsync(ImageReference.Create(server.Address, "team/app", "2"), Token);
        Assert.Equal(4, heads);
    }

    private static Task Answer(ServerExchange exchange, Action count)
    {
        if (exchange.Path == "/v2/")
        {
            return exchange.RespondAsync(200);
        }

        count();
        exchange.Add("Docker-Content-Digest", Image.Digest);
        return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
    }

    // The timers run as usual: only the time between two readings of the clock is longer.
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }
}

using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>Stalled and slow transfers.</summary>
public sealed class FaultProxyStallTests : FaultProxyTestBase
{
    [Fact]
    public async Task A_stalled_body_continues_when_it_is_released()
    {
        var up = Proxy.On("PUT").StallUp(1000);
        var sent = Client.SendAsync(Upload(HttpMethod.Put, "/", Content, false), Token);
        await up.Reached.WaitAsync(Token);
        Assert.False(sent.IsCompleted);
        Assert.Equal(1000, Proxy.Requests[0].BytesUp);
        Proxy.Release();
        (await sent).Dispose();
        Assert.Equal([Size], Seen.Lengths);

        var down = Proxy.On("GET").StallDown(2000);
        var got = Client.GetByteArrayAsync(new Uri(Proxy.Url, "content"), Token);
        await down.Reached.WaitAsync(Token);
        Assert.Equal(2000, Proxy.Requests[1].BytesDown);
        Assert.False(got.IsCompleted);
        Proxy.Release();
        Assert.Equal(Content, await got);
    }

    [Fact]
    public async Task The_proxy_stalls_after_a_number_of_bytes()
    {
        var rule = Proxy.On("PUT").StallUp(4_000_000, CutScope.Proxy);
        var sent = Enumerable.Range(0, 4).Select(_ => Client.SendAsync(Upload(HttpMethod.Put, "/", Content, false), Token)).ToList();
        for (var times = 1; times <= 2; times++)
        {
            await rule.ReachedTimes(times).WaitAsync(Token);
            Assert.InRange(Proxy.BytesUp(), 4_000_000 * times, (4_000_000 * times) + 400_000);
            Proxy.Release();
        }

        foreach (var answer in await Task.WhenAll(sent))
        {
            answer.Dispose();
        }

        Assert.Equal(4 * Size, Proxy.BytesUp());
        Assert.Equal([Size, Size, Size, Size], Seen.Lengths);
    }

    [Fact]
    public async Task A_stalled_response_sends_no_head_and_ends_with_the_server()
    {
        await using var proxy = FaultProxy.Start(Server.Address);
        var rule = proxy.On("GET").StallResponse();
        var got = Client.GetAsync(new Uri(proxy.Url, "content"), HttpCompletionOption.ResponseHeadersRead, Token);
        await rule.Reached.WaitAsync(Token);
        Assert.False(got.IsCompleted);
        Assert.Equal(0, proxy.Requests[0].Status);
        await proxy.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => got);
    }

    [Fact]
    public async Task A_drip_passes_all_bytes_with_a_pause_between_portions()
    {
        var clock = new InstantTimeProvider();
        await using var proxy = FaultProxy.Start(Server.Address, new FaultProxyOptions { TimeProvider = clock });
        proxy.On("PUT").DripUp(300, TimeSpan.FromMilliseconds(1));
        proxy.On("GET").DripDown(1_000_000, TimeSpan.FromMilliseconds(1));
        using (var answer = await Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Put, proxy.Url) { Content = new ByteArrayContent(Content[..3000]) }, Token))
        {
            Assert.Equal(9, clock.Waits.Count);
        }

        Assert.Equal(Content, await Client.GetByteArrayAsync(new Uri(proxy.Url, "content"), Token));
        Assert.Equal(11, clock.Waits.Count);
    }
}

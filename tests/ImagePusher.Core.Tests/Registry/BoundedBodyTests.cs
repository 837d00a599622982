using ImagePusher.Core.Registry;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Bodies of manifests and lists are bounded in bytes and in time.</summary>
public sealed class BoundedBodyTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 50)]
    [InlineData(1000, 1)]
    public async Task A_body_that_arrives_too_slowly_is_an_error(int portion, int seconds)
    {
        var time = new FakeTimeProvider();
        using var response = Of(new DripStream(3_000_000, portion, TimeSpan.FromSeconds(seconds), time));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => BoundedBody.ReadAsync(response, 4_000_000, Idle, time, Token));
        Assert.Contains("less than 1024 bytes a second", error.Message, StringComparison.Ordinal);
        Assert.InRange(time.GetUtcNow() - time.Start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2000));
    }

    [Theory]
    [InlineData(20_000, 1000, 1)]
    [InlineData(1_000_000, 2000, 1)]
    [InlineData(25, 1, 1)]
    public async Task A_slow_body_within_the_limits_is_read(int length, int portion, int seconds)
    {
        var time = new FakeTimeProvider();
        using var response = Of(new DripStream(length, portion, TimeSpan.FromSeconds(seconds), time));
        Assert.Equal(length, (await BoundedBody.ReadAsync(response, 4_000_000, Idle, time, Token)).Length);
    }

    [Fact]
    public async Task A_slow_error_body_is_truncated()
    {
        var time = new FakeTimeProvider();
        using var response = Of(new DripStream(1000, 1, TimeSpan.FromSeconds(10), time));
        Assert.InRange((await BoundedBody.ReadAsync(response, 4_000, Idle, time, Token, cut: true)).Length, 1, 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_an_error_or_is_truncated(bool isLengthKnown)
    {
        using var response = new HttpResponseMessage { Content = isLengthKnown ? new ByteArrayContent(new byte[101])
            : new StreamContent(new DripStream(101, 50, TimeSpan.Zero, new FakeTimeProvider())) };
        await Assert.ThrowsAsync<InvalidDataException>(() => BoundedBody.ReadAsync(response, 100, Idle, TimeProvider.System, Token));
        using var cut = Of(new DripStream(101, 50, TimeSpan.Zero, new FakeTimeProvider()));
        Assert.Equal(100, (await BoundedBody.ReadAsync(cut, 100, Idle, TimeProvider.System, Token, cut: true)).Length);
    }

    private static HttpResponseMessage Of(Stream stream) => new() { Content = new StreamContent(stream) };
}

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Options without a meaning are rejected where they are set.</summary>
public sealed class InvalidOptionTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(65_536)]
    [InlineData(int.MaxValue)]
    public void A_port_is_a_number_up_to_65535(int port) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalRegistryOptions { Port = port });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_time_is_positive(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalRegistryOptions { IdleTimeout = time });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalRegistryOptions { UploadLifetime = time });
    }

    [Fact]
    public async Task A_registry_runs_with_the_extreme_times()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalRegistryOptions { IdleTimeout = TimeSpan.MaxValue });
        (TimeSpan Idle, TimeSpan Lifetime)[] extremes =
            [(Timeout.InfiniteTimeSpan, TimeSpan.MaxValue), (TimeSpan.FromDays(24), TimeSpan.FromTicks(1))];
        foreach (var (idle, lifetime) in extremes)
        {
            await using var registry = await RunningRegistry.StartAsync(
                options => options with { IdleTimeout = idle, UploadLifetime = lifetime });
            Assert.Equal(200, (int)(await registry.SendAsync("GET", "/v2/")).Status);
        }
    }

    [Fact]
    public void The_limits_themselves_are_valid()
    {
        var options = new LocalRegistryOptions { Port = 65_535, IdleTimeout = TimeSpan.FromTicks(1), UploadLifetime = TimeSpan.MaxValue };
        Assert.Equal((65_535, 1, TimeSpan.MaxValue), (options.Port, options.IdleTimeout.Ticks, options.UploadLifetime));
        Assert.Equal(0, (options with { Port = 0 }).Port);
    }
}
